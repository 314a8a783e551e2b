"""JSON, YAML and TOML of others: read when plain, refused with the cause when not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dagster_project.extract import documents, limits
from dagster_project.extract.documents import BadDocument

BOMB = "a: &a [x, x]\n" + "\n".join(f"{n}: &{n} [*a, *a]" for n in range(10))
DEEP = limits.DEPTH + 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "line 1: "),
        ('{"a": 1, "a": 2}', "'a' stands twice in one object"),
        ('{"123456782": 1, "123456782": 2}', "'…' stands twice"),
        ("[NaN]", "NaN is no number"),
        ("[1e999]", "a number that is too large"),
        ("[" + "9" * 5000 + "]", "a number that is too long"),
        ("[" * 100_000, "nested too deep"),
        ("[" * DEEP + "]" * DEEP, "nested deeper than 64 levels"),
    ],
)
def test_json_that_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadDocument, match="^[^\n]*$") as caught:
        documents.parse_json(text.encode())
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BOMB, "line 1 has a reference"),
        ("a: *a", "line 1 has a reference"),
        ("a: 1\nb: 2\na: 3", "'a' stands twice"),
        ("a: !!python/object/apply:os.system [id]", "line 1: could not determine a constructor"),
        ("a: 2024-13-45", "does not exist"),
        ("a: " + "9" * 5000, "does not exist"),
        ("? [a]\n: 1", "unhashable key"),
        ("a: [", "line 1: "),
        ("a: \x07", "characters"),
        ("[" * 20_000, "nested too deep"),
        ("a: 123456782: b", "line 1: mapping values are not allowed here"),
    ],
)
def test_yaml_that_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadDocument) as caught:
        documents.parse_yaml(text.encode())
    assert told in str(caught.value)
    assert "123456782" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [("a = \n", "line 1"), ("a = 1\na = 2", "overwrite"), ("a = " + "[" * 5000, "nested too deep"), ("a = \xff", "")],
)
def test_toml_that_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadDocument) as caught:
        documents.parse_toml(text.encode("latin-1"))
    assert told in str(caught.value)


@pytest.mark.parametrize("parse", [documents.parse_json, documents.parse_yaml, documents.parse_toml])
def test_size_and_encoding_come_first(parse) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadDocument, match="larger than 4 bytes"):
        parse(b"12345", 4)
    with pytest.raises(BadDocument, match="not UTF-8"):
        parse(b"\xff\xfe")


def test_what_is_plain_comes_out(tmp_path: Path) -> None:
    content = {"a": [1, 2.5, None, True, "é"], "b": {"c": []}}
    (tmp_path / "a.json").write_text("\ufeff" + json.dumps(content), encoding="utf-8")
    assert documents.read_json(tmp_path / "a.json") == content
    assert documents.parse_yaml(b"a: [1, x]\nb: {c: 2024-01-31}") is not None
    assert documents.parse_toml(b"a = [1, 2]\r\n") == {"a": [1, 2]}
    with pytest.raises(BadDocument, match="cannot be read"):
        documents.read_json(tmp_path / "b.json")
