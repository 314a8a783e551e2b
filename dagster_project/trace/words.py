"""The chain in words, for a terminal: one fact a line, what rests on what by how far it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagster_project.trace.reading import Row

_SHOWN_ROWS = 20
_MOST_CHARACTERS = 160
_ABBREVIATED = 12


def as_lines(chain: Row) -> Iterator[str]:
    """The chain as text, one fact a line."""
    yield f"{chain['table']}  {_pairs(chain['key'])}"
    yield f"  formula     {chain['formula'] or 'none: it holds what was given'}"
    yield from _row_lines(chain["row"], chain["key"])
    yield "  rests on"
    nodes = {(node["table"], node["row_key"]): node for node in chain["nodes"]}
    yield from _tree(chain["nodes"][0], nodes, set(), 2)
    for snapshot in chain["snapshots"]:
        yield from _snapshot_lines(snapshot)
    yield from _model_lines(chain)
    yield "  gates"
    for gate in chain["gates"]:
        yield f"    {gate['stage']} {gate['suite']}: {gate['passed']} of {gate['expectations']} met"
        yield from (f"      {sentence}" for sentence in gate["not_met"] or ())
    yield from _publication_lines(chain)


def _row_lines(row: Row, key: Row) -> Iterator[str]:
    for name, value in row.items():
        if name not in key and value is not None:
            yield f"    {name} {_short(value)}"


def _tree(node: Row, nodes: dict[tuple[str, str], Row], seen: set[tuple[str, str]], depth: int) -> Iterator[str]:
    seen.add((node["table"], node["row_key"]))
    for end in node["rests_on"]:
        indent = "  " * depth
        if "parent_row_key" in end:
            name = (end["parent_table"], end["parent_row_key"])
            parent = nodes[name]
            formula = f": {parent['formula']}" if parent["formula"] else ""
            again = " (told above)" if name in seen else formula
            yield f"{indent}{end['role']}: {parent['table']}  {_pairs(parent['key'])}{again}"
            if name not in seen:
                yield from _tree(parent, nodes, seen, depth + 1)
        else:
            yield from _end_lines(end, indent)


def _end_lines(end: Row, indent: str) -> Iterator[str]:
    if "parent_filter" in end:
        yield f"{indent}{end['role']}: {end['rows']} rows of {end['parent_table']} where {end['parent_filter']}"
    elif "seed" in end:
        shown = f": {_pairs(end['row'])}" if end.get("row") else ""
        yield f"{indent}{end['role']}: {end['file']}  {end['seed_key']}{shown}"
    else:
        where = f"{end['source_id']}/{end['dataset_id']} {end['snapshot_id'][:_ABBREVIATED]}"
        yield f"{indent}{end['role']}: {end['raw_table']} of {where}"
        for row in end["rows"][:_SHOWN_ROWS]:
            yield f"{indent}  raw row {_pairs(row)}"
        if len(end["rows"]) > _SHOWN_ROWS:
            yield f"{indent}  and {len(end['rows']) - _SHOWN_ROWS} rows more"


def _snapshot_lines(snapshot: Row) -> Iterator[str]:
    yield f"  snapshot of {snapshot['source']}/{snapshot['dataset']}"
    yield f"    file      {snapshot['file']}"
    yield f"    sha256    {snapshot['sha256']} (verified now)"
    yield f"    table     {snapshot['table_id'] or '-'}"
    yield f"    address   {snapshot['url']}"
    if snapshot["origin"] == "reconstructed":
        yield f"    origin    reconstructed from figures of {snapshot['original_url']}: not the service's own bytes"
    else:
        yield f"    origin    {snapshot['origin']}"
    yield f"    retrieved {snapshot['retrieved_at']}; publisher's stamp {snapshot['publisher_modified'] or '-'}"
    yield f"    licence   {snapshot['licence']}; {snapshot['attribution']}"
    for file in snapshot.get("sealed", ()):
        counts = f"{file['rows_loaded']} of {file['rows_in']} rows counted"
        yield f"    sealed    {file['file_name']} sha256 {file['original_id']}: {counts}; {file['state']}"


def _model_lines(chain: Row) -> Iterator[str]:
    giving = [model for model in chain["models"] if model["gives_the_value"]]
    yield "  models"
    for model in giving:
        yield f"    {model['model']}  {model['file']}  git blob {model['git_blob'][:_ABBREVIATED]}"
    others = len(chain["models"]) - len(giving)
    if others:
        yield f"    and {others} more that decide which rows count: see --json"
    sources = sorted(
        {f"{s['parent']}.{s['parent_column']}" for s in chain["columns"] if s["parent"].startswith("raw.")}
    )
    yield f"  columns     {', '.join(sources) or 'none of a source: it is counted or constant'}"


def _publication_lines(chain: Row) -> Iterator[str]:
    run, publication, pins = chain["run"], chain["publication"], chain["pins"]
    objectives = chain["objectives"]
    for version in objectives["versions"]:
        yield f"  objective   {version['objective_id']} version {version['version']}"
    yield f"  objectives  snapshot {objectives['snapshot_id'] or '-'}"
    yield f"  run         {run['run_id']}, started {run.get('started_at', '-')} by {run.get('started_by', '-')}"
    yield f"  code        commit {publication['git_commit']}, fingerprint {publication['code_fingerprint']}"
    if not publication["read_by_the_same_code"]:
        yield "              this version of the code is another one: it read the raw rows, and did not make the value"
    yield f"  pins        {pins['count']} snapshots, listed in {' and '.join(pins['listed_in'])}"
    yield f"  published   {publication['publication_id']}, as of {publication['as_of']}"
    yield f"  manifest    sha256 {publication['manifest_sha256']}"


def _pairs(row: Row) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in row.items() if value not in (None, ""))


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"
