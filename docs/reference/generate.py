"""The reference pages, made from the product itself when the documentation is built: they cannot lag behind.

What belongs here: turning commands, settings, tables, indicators and contracts into pages. What they say stands where
they are made: docstrings, descriptions of models, the register, `sources/`.
"""

from __future__ import annotations

import csv
import inspect
from collections.abc import Iterator
from typing import Any

import typer.main
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dagster_project import transform
from dagster_project.cli import app
from dagster_project.contracts import all_contracts
from dagster_project.product import product_path
from dagster_project.standards.contract import agreed_version
from dagster_project.workspace import Settings


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those that were written."""
    pages = {
        "commands": commands,
        "settings": settings,
        "tables": tables,
        "indicators": indicators,
        "sources": sources,
    }
    for name, lines in pages.items():
        content = "\n".join(lines()) + "\n"
        files.append(File.generated(config, f"reference/{name}.md", content=content))
    return files


def commands() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield "# Commands"
    yield ""
    yield "Every command finds its workspace by walking up from the current folder to `opkoers.toml`, or takes"
    yield "`--workspace`."
    yield ""
    yield from _table(
        ("exit code", "means"),
        (
            ("0", "published, or nothing to do"),
            ("1", "internal error"),
            ("2", "bad usage or configuration"),
            ("3", "a gate refused; the last publication still stands"),
            ("4", "a source could not be reached and no snapshot can serve"),
            ("5", "published, but some input was set aside or out of reach"),
            ("6", "verification failed"),
        ),
    )
    yield from _command(typer.main.get_command(app), "opkoers")


def _command(command: Any, name: str) -> Iterator[str]:
    for child_name, child in sorted(getattr(command, "commands", {}).items()):
        full = f"{name} {child_name}"
        if hasattr(child, "commands"):
            yield from _command(child, full)
            continue
        arguments = [one for one in child.params if one.param_type_name == "argument"]
        yield ""
        yield f"## {full}"
        yield ""
        yield child.help or ""
        yield ""
        yield f"    {full} {' '.join(_metavar(one) for one in arguments)}".rstrip()
        yield ""
        rows = [(_shown(one), _told(one)) for one in child.params if one.name != "help"]
        if rows:
            yield from _table(("argument or option", "what it does"), rows)


def _metavar(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _shown(parameter: Any) -> str:
    return "`" + (_metavar(parameter) if parameter.param_type_name == "argument" else ", ".join(parameter.opts)) + "`"


def _told(parameter: Any) -> str:
    default = parameter.default
    told = parameter.help or ""
    is_worth_telling = default not in (None, False, "", ()) and not callable(default) and "default" not in told
    return f"{told} Default: `{default}`." if is_worth_telling else told


def settings() -> Iterator[str]:
    """Every setting of `opkoers.toml`."""
    yield "# Settings"
    yield ""
    yield "What `opkoers.toml` may say. Secrets never stand there: keys, passwords and addresses with one come from"
    yield "the environment."
    yield from _settings_of(Settings, "")


def _settings_of(model: type[BaseModel], section: str) -> Iterator[str]:
    nested = []
    rows = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            nested.append((name, kind))
        else:
            rows.append((f"`{name}`", _default(field), field.description or ""))
    yield ""
    yield f"## [{section}]" if section else "## At the top"
    yield ""
    if section:
        yield inspect.cleandoc(model.__doc__ or "")
        yield ""
    yield from _table(("setting", "default", "what it does"), rows)
    for name, kind in nested:
        yield from _settings_of(kind, f"{section}.{name}" if section else name)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    return "" if value in ("", {}, ()) else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def tables() -> Iterator[str]:
    """Every published table with its columns."""
    yield "# Published tables"
    yield ""
    yield "All stand in the schema `marts` of `data/current/warehouse.duckdb`, and as Parquet beside it."
    yield "Names, columns, types and grain are a contract, see [upgrades](../how-to/upgrade.md);"
    yield f"it is of version {agreed_version()}."
    nodes = transform.manifest()["nodes"].values()
    published = [node for node in nodes if node["resource_type"] == "model" and node["schema"] == "marts"]
    ranks = ("v", "dim", "fct", "audit")
    for node in sorted(published, key=lambda node: (ranks.index(node["name"].partition("_")[0]), node["name"])):
        yield ""
        yield f"## {node['name']}"
        yield ""
        yield " ".join(node["description"].split())
        yield ""
        rows = [
            (f"`{c['name']}`", c["data_type"] or "", " ".join(c["description"].split()))
            for c in node["columns"].values()
        ]
        yield from _table(("column", "type", "what it holds"), rows)


def indicators() -> Iterator[str]:
    """The register of indicators."""
    yield "# Indicators"
    yield ""
    yield "The national register, as `seeds/indicators.csv` holds it. How an indicator was defined when stands in"
    yield "`dim_indicator_version`."
    yield ""
    with product_path("seeds", "indicators.csv").open(encoding="utf-8", newline="") as stream:
        rows = [
            (
                f"`{row['indicator_id']}`",
                row["bbv_number"],
                row["name_nl"],
                row["definition_nl"],
                row["source_reference"],
            )
            for row in csv.DictReader(stream)
        ]
    yield from _table(("indicator", "BBV", "naam", "definitie", "bron"), rows)


def sources() -> Iterator[str]:
    """Every contract: what is taken, from whom, how often, under which licence."""
    yield "# Sources"
    by_source: dict[str, list[Any]] = {}
    for dataset in all_contracts():
        by_source.setdefault(dataset.source_id, []).append(dataset)
    for source_id, datasets in sorted(by_source.items()):
        yield ""
        yield f"## {source_id}"
        yield ""
        rows = [
            (f"`{one.dataset_id}`", one.title, one.table_id or "", one.rhythm or "", one.licence) for one in datasets
        ]
        yield from _table(("dataset", "title", "table", "rhythm", "licence"), rows)


def _table(header: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(_cell(cell) for cell in row) + " |"


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")
