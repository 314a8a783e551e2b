"""JSON, YAML and TOML of others, read within limits: size, depth, no name twice, and no reference that multiplies.

What comes out is plain: texts, numbers, booleans, lists and mappings. What it means belongs to the callers, and their
errors name the way out.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Hashable
from pathlib import Path
from typing import Any, NoReturn

import yaml

from dagster_project.extract import limits
from dagster_project.extract.personal import masked
from dagster_project.legible import legible

_LOOKED_AT = 200
"""Characters of a cause that are told."""


class BadDocument(ValueError):
    """A document that cannot be read, or may not be. The text is the cause, without what stands in the document."""


def parse_json(content: bytes, most: int = limits.RECORD_BYTES) -> Any:
    """A JSON document.

    Args:
        content: UTF-8, with or without a mark before it.
        most: bytes that it may have.

    Raises:
        BadDocument: it is no JSON, is too large or too deep, has a name twice, or a number that no program can hold.
    """
    _refuse_large(content, most)
    try:
        document = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_number, parse_float=_finite
        )
    except RecursionError:
        raise BadDocument("it is nested too deep") from None
    except json.JSONDecodeError as error:
        raise BadDocument(f"line {error.lineno}: {error.msg}") from None
    except UnicodeDecodeError:
        raise BadDocument("it is not UTF-8") from None
    except ValueError as error:
        # a whole number of thousands of digits is one too
        raise error if isinstance(error, BadDocument) else BadDocument("it holds a number that is too long") from None
    _refuse_deep(document)
    return document


def parse_yaml(content: bytes, most: int = limits.MAPPING_BYTES) -> Any:
    """A YAML document of plain values.

    Anchors and references are refused: nobody needs them in a file that is written by hand, and ten lines of them come
    to more values than memory holds.

    Raises:
        BadDocument: as `parse_json`, or it asks for an object of a program.
    """
    _refuse_large(content, most)
    try:
        loader = _Loader(content.decode("utf-8-sig"))
        try:
            document = loader.get_single_data()
        finally:
            loader.dispose()
    except UnicodeDecodeError:
        raise BadDocument("it is not UTF-8") from None
    except yaml.YAMLError as error:
        raise BadDocument(_yaml_cause(error)) from None
    except RecursionError:
        raise BadDocument("it is nested too deep") from None
    except (ValueError, OverflowError, TypeError, AttributeError) as error:
        # a date such as 2024-13-45, or a number that is too long: the library lets Python's own error through
        raise (
            error
            if isinstance(error, BadDocument)
            else BadDocument("a date or number in it does not exist; put it between quotes")
        ) from None
    _refuse_deep(document)
    return document


def parse_toml(content: bytes, most: int = limits.SETTINGS_BYTES) -> dict[str, Any]:
    """A TOML document.

    Raises:
        BadDocument: as `parse_json`.
    """
    _refuse_large(content, most)
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadDocument("it is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BadDocument(_masked(str(error))) from None
    except RecursionError:
        raise BadDocument("it is nested too deep") from None
    except ValueError:
        raise BadDocument("it holds a number or a date that does not exist") from None
    _refuse_deep(document)
    return document


def read_json(path: Path, most: int = limits.RECORD_BYTES) -> Any:
    """A JSON document on disk.

    Raises:
        BadDocument: as `parse_json`, or there is no such file.
        OSError: the machine refuses to read it; that says nothing of the document.
    """
    try:
        if path.stat().st_size > most:
            raise BadDocument(f"it is larger than {limits.shown(most)}")
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise BadDocument(f"it cannot be read: {error.strerror}") from None
    return parse_json(content, most)


class _Loader(yaml.SafeLoader):
    """YAML without references, and without two equal keys in one mapping."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadDocument(f"line {event.start_mark.line + 1} has a reference (& or *), which is not read here")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [(key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None) if _has_twin(keys) else None
        if twice:
            raise BadDocument(f"{_masked(str(twice[1]))!r} stands twice in one list of names; keep one of them")
        return super().construct_mapping(node, deep)


def _has_twin(keys: list[tuple[Any, Any]]) -> bool:
    return len(set(keys)) < len(keys)


def _yaml_cause(error: yaml.YAMLError) -> str:
    """Where and what, without the line itself, which the library would quote."""
    mark = getattr(error, "problem_mark", None)
    problem = _masked(str(getattr(error, "problem", None) or "it holds characters that no text has"))
    return f"line {mark.line + 1}: {problem}" if mark else problem


def _masked(text: str) -> str:
    return legible(masked(" ".join(text[:_LOOKED_AT].split())))


def _refuse_large(content: bytes, most: int) -> None:
    if len(content) > most:
        raise BadDocument(f"it is larger than {limits.shown(most)}")


def _refuse_deep(document: Any) -> None:
    level = [document]
    for _ in range(limits.DEPTH + 1):
        level = [inner for outer in level if isinstance(outer, dict | list) for inner in _inside(outer)]
        if not level:
            return
    raise BadDocument(f"it is nested deeper than {limits.DEPTH} levels")


def _inside(outer: dict[Any, Any] | list[Any]) -> list[Any]:
    return [inner for inner in (outer.values() if isinstance(outer, dict) else outer) if isinstance(inner, dict | list)]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadDocument(f"{_masked(twice)!r} stands twice in one object")
    return found


def _no_number(constant: str) -> NoReturn:
    raise BadDocument(f"{constant} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadDocument("it holds a number that is too large")
    return number
