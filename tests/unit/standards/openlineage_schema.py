"""A strict check of OpenLineage events, made from the classes that the official client generates from the standard.

The JSON schemas of the standard are not in the client and may not be had where the tests run. Its classes hold the
same: which keys there are, which must be there, and of which type; each facet names its schema, and so its class.
"""

from __future__ import annotations

import pkgutil
import types
from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any, Union, get_args, get_origin, get_type_hints

import attr
import jsonschema
from openlineage.client import event_v2, generated
from openlineage.client.generated import base

_MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
_URI = r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+$"
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_PATTERNS = {
    **dict.fromkeys(("eventTime", "nominalStartTime", "nominalEndTime"), _MOMENT),
    **dict.fromkeys(("producer", "_producer", "schemaURL", "_schemaURL", "url", "uri"), _URI),
    "runId": _UUID,
}
_ALWAYS = {"producer", "_producer", "schemaURL", "_schemaURL"}
"""Keys that the client fills where nobody does, and the standard requires."""


def faults(event: dict[str, Any]) -> list[str]:
    """What of an event is not as the standard has it."""
    validator = jsonschema.Draft202012Validator(_schema(event_v2.RunEvent))
    found = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(event)]
    return found + [fault for place, kind, facets in _facets(event) for fault in _facet_faults(place, kind, facets)]


def _facets(event: dict[str, Any]) -> Iterator[tuple[str, type, dict[str, Any]]]:
    yield "run", base.RunFacet, event["run"].get("facets", {})
    yield "job", base.JobFacet, event["job"].get("facets", {})
    for way, place, kind in (
        ("inputs", "inputFacets", base.InputDatasetFacet),
        ("outputs", "outputFacets", base.OutputDatasetFacet),
    ):
        for dataset in event.get(way, []):
            yield dataset["name"], base.DatasetFacet, dataset.get("facets", {})
            yield dataset["name"], kind, dataset.get(place, {})


def _facet_faults(place: str, kind: type, facets: dict[str, Any]) -> Iterator[str]:
    for name, facet in facets.items():
        found = _facet_classes().get(facet.get("_schemaURL"))
        if found is None or not issubclass(found, kind):
            yield f"{place}: {name} is no {kind.__name__} of the standard"
            continue
        for error in jsonschema.Draft202012Validator(_schema(found)).iter_errors(facet):
            yield f"{place}: {name}: {error.message}"


@cache
def _facet_classes() -> dict[str, type]:
    """Address of its schema to the class of every facet of the standard."""
    classes = {}
    for module in pkgutil.iter_modules(generated.__path__, f"{generated.__name__}."):
        for found in vars(import_module(module.name)).values():
            if isinstance(found, type) and issubclass(found, base.BaseFacet):
                classes[found._get_schema()] = found
    return classes


@cache
def _schema(kind: type) -> dict[str, Any]:
    """The JSON schema of one class."""
    hints = get_type_hints(kind)
    fields = attr.fields(kind)
    return {
        "type": "object",
        "properties": {each.name: _of(hints[each.name], each.name) for each in fields},
        "required": [each.name for each in fields if each.default is attr.NOTHING or each.name in _ALWAYS],
        "additionalProperties": False,
    }


def _of(hint: Any, name: str) -> dict[str, Any]:
    """The schema of one field; the client leaves out what is null."""
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) is list:
        return {"type": "array", "items": _of(get_args(hint)[0], "")}
    if get_origin(hint) is dict:
        inner = get_args(hint)[1]
        is_facet = inner is Any or issubclass(inner, base.BaseFacet)
        return {"type": "object", **({} if is_facet else {"additionalProperties": _of(inner, "")})}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [each.value for each in hint]}
    if attr.has(hint):
        return _schema(hint) if hint is not _recursive() else {"type": "object", "required": ["name"]}
    kinds: dict[type, dict[str, Any]] = {bool: {"type": "boolean"}, int: {"type": "integer"}, str: {"type": "string"}}
    return kinds[hint] | ({"pattern": _PATTERNS[name]} if name in _PATTERNS else {})


def _recursive() -> type:
    """The one class that holds itself: a column of columns."""
    return import_module("openlineage.client.generated.schema_dataset").SchemaDatasetFacetFields  # type: ignore[no-any-return]
