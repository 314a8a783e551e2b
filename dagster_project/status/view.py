"""How the state of a workspace looks in a terminal, wide or narrow, and as a record for machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from dagster_project.gate.results import number
from dagster_project.language import told, translated
from dagster_project.legible import legible_lines
from dagster_project.registration.vault import Original
from dagster_project.run import RunState
from dagster_project.snapshots import AMSTERDAM, in_amsterdam
from dagster_project.status.look import DatasetState, Gate, Morning
from dagster_project.status.todo import Todo

_WIDE = 120
"""Characters from which on the columns fit that a narrow terminal leaves out."""
_GATES: dict[Gate, tuple[str, str]] = {
    "passed": ("passed", "green"),
    "warned": ("warned", "yellow"),
    "refused": ("refused", "bold red"),
    "": ("-", "dim"),
}
_OUTCOMES = {"published": "green", "nothing_new": "green", "running": "yellow"}


@dataclass(frozen=True)
class View:
    """A morning to print; it takes the width that it gets."""

    morning: Morning
    todos: list[Todo]
    is_whole: bool = False
    """Whether every dataset has its row, also those that were never had, and every own file."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        morning = self.morning
        settings = morning.workspace.settings
        is_wide = options.max_width >= _WIDE
        yield Rule(Text(f"{settings.gemeente_name} ({settings.gemeente})  {morning.today}", style="bold"), align="left")
        yield Padding(_head(morning), (0, 0, 1, 0))
        yield Padding(_to_do(self.todos), (0, 0, 1, 0))
        if any(one.is_had or one.trouble or self.is_whole for one in morning.datasets):
            yield self._sources(is_wide=is_wide)
        for one in self.morning.datasets:
            if one.trouble:
                troubles = "; ".join(translated(trouble) for trouble in one.trouble.split("; "))
                yield Text(f"{one.source}/{one.dataset}: {troubles}.", style="yellow")
        yield from self._left_out()
        if morning.originals:
            yield Padding(_originals(morning, is_wide=is_wide), (1, 0, 0, 0))
        if morning.runs:
            yield Padding(_runs(morning.runs, is_wide=is_wide), (1, 0, 0, 0))

    def _shown(self) -> list[DatasetState]:
        return [
            one for one in self.morning.datasets if self.is_whole or (not one.is_own and (one.is_had or one.trouble))
        ]

    def _own(self) -> list[DatasetState]:
        return [] if self.is_whole else [one for one in self.morning.datasets if one.is_own and one.is_had]

    def _sources(self, *, is_wide: bool) -> Table:
        columns = ["source", "dataset", *(["table or file", "rows"] if is_wide else []), "seen", "changed", "gate"]
        table = _table(*columns, "expected", gap=2 if is_wide else 1)
        for one in self._shown():
            table.add_row(*_cells(one, self.morning, is_wide=is_wide))
        own = self._own()
        if own:
            table.add_row(*_cells(_together(own), self.morning, is_wide=is_wide))
        return table

    def _left_out(self) -> Iterator[RenderableType]:
        left_out = [] if self.is_whole else [one for one in self.morning.datasets if not one.is_had and not one.trouble]
        if left_out:
            sentence = told("Never had: {count} datasets; opkoers status --all shows them.", count=len(left_out))
            yield Text(sentence, style="dim")


def _head(morning: Morning) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in _head_lines(morning):
        grid.add_row(told(name), _text(value))
    return grid


def _head_lines(morning: Morning) -> Iterator[tuple[str, RenderableType]]:
    yield "published", _published(morning)
    if morning.is_refreshing:
        yield "now", Text(told("a refresh, freeze or verification is running"), style="yellow")
    if morning.runs:
        last = morning.runs[0]
        yield "last run", Text.assemble(f"{in_amsterdam(last.started_at)}, ", _outcome(last), f"; {_gate_words(last)}")
    days = morning.days_to_edition
    when = told("in {days} days", days=days) if days > 0 else told("due now")
    before = told("last: {label}", label=morning.last_edition) if morning.last_edition else told("none frozen yet")
    yield "next edition", f"{morning.next_edition}, {when}; {before}"
    yield "disk", translated(morning.disk.found)
    yield "notices", translated(morning.notices)
    yield "workspace", str(morning.workspace.root)


def _published(morning: Morning) -> RenderableType:
    manifest = morning.manifest
    if manifest is None:
        return Text(told("nothing yet"), style="bold red")
    return told(
        "{made}, as of {day}; {rows} rows ({publication})",
        made=in_amsterdam(manifest["created_at"]),
        day=manifest["as_of"],
        rows=number(morning.rows),
        publication=manifest["publication_id"],
    )


def _to_do(todos: list[Todo]) -> RenderableType:
    if not todos:
        return Text(told("Nothing to do."), style="green")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for one in todos:
        sign = Text("!", style="bold red") if one.is_urgent else Text("·", style="yellow")
        grid.add_row(sign, _text(translated(one.sentence)))
        if one.way_out:
            grid.add_row("", Text(f"→ {translated(one.way_out)}", style="cyan"))
    return Group(Text(told("To do"), style="bold"), grid)


def _cells(one: DatasetState, morning: Morning, *, is_wide: bool) -> list[RenderableType]:
    sign, style = _GATES[one.gate]
    cells: list[RenderableType] = [one.source, one.dataset]
    if is_wide:
        names = f"{len(one.names)} {told('files')}" if len(one.names) > 1 else "".join(one.names)
        cells += [names + (f" ({told('synthetic')})" if one.is_synthetic else ""), _count(one.rows)]
    expected = Text(str(one.expected_on or "-"), style="bold red" if one.is_overdue else "")
    if one.is_overdue:
        expected.append(f" {told('late')}" if is_wide else " !")
    cells += [_seen(one, morning), str(one.changed_on or "-"), Text(told(sign), style=style), expected]
    return [_text(cell) for cell in cells]


def _seen(one: DatasetState, morning: Morning) -> str:
    if one.checked_at is None:
        return told("never")
    days = (morning.today - datetime.fromisoformat(one.checked_at).astimezone(AMSTERDAM).date()).days
    return told("{days} d", days=days) if days > 0 else told("today")


def _count(rows: int | None) -> str:
    return "" if rows is None else number(rows)


def _together(own: list[DatasetState]) -> DatasetState:
    """The files that people keep in the workspace as one row; the worst of their gates counts."""
    gates: tuple[Gate, ...] = ("refused", "warned", "passed", "")
    names = tuple(name for one in own for name in one.names)
    return DatasetState(
        source=own[0].source,
        dataset=told("own files"),
        is_own=True,
        is_wired=False,
        names=names,
        checked_at=max(one.checked_at for one in own if one.checked_at),
        changed_on=max(one.changed_on for one in own if one.changed_on),
        rows=sum(one.rows or 0 for one in own),
        origin="file",
        is_synthetic=any(one.is_synthetic for one in own),
        gate=next(gate for gate in gates if gate in {one.gate for one in own}),
        trouble="",
        expected_on=None,
        is_overdue=False,
    )


def _originals(morning: Morning, *, is_wide: bool) -> Table:
    """The client-level originals, each with the day until which it is kept."""
    table = _table("original", "received", "kept until")
    if is_wide:
        table.add_column(told("file"), overflow="fold")
    for original in morning.originals:
        name, received = f"{original.source_id}/{original.dataset_id}", original.received_on.isoformat()
        file = [_text(original.file_name)] if is_wide else []
        table.add_row(_text(name), received, _kept_until(original, morning), *file)
    return table


def _kept_until(original: Original, morning: Morning) -> RenderableType:
    if original.forgotten_at:
        return Text(told("forgotten {day}", day=in_amsterdam(original.forgotten_at)[:10]), style="dim")
    if original.retain_until < morning.today.isoformat():
        return Text(told("{day}, which is over", day=original.retain_until), style="bold red")
    return original.retain_until


def _runs(runs: tuple[RunState, ...], *, is_wide: bool) -> Table:
    """The last runs; on a narrow terminal what they said is left to what there is to do."""
    table = _table("run", "started", "outcome", "code", "gate")
    if is_wide:
        table.add_column(told("what it said"), overflow="fold")
    for run in runs:
        said = [_text(translated(" ".join([run.message, *run.notes])))] if is_wide else []
        code = "" if run.exit_code is None else str(run.exit_code)
        table.add_row(run.run_id[:8], in_amsterdam(run.started_at), _outcome(run), code, _gate(run), *said)
    return table


def _outcome(run: RunState) -> Text:
    return Text(told(run.outcome), style=_OUTCOMES.get(run.outcome, "bold red"))


def _gate(run: RunState) -> str:
    return f"{_passed(run)}/{len(run.validations)}" if run.validations else "-"


def _gate_words(run: RunState) -> str:
    if not run.validations:
        return told("it came to no gate")
    return told("{passed} of {checks} checks passed", passed=_passed(run), checks=len(run.validations))


def _passed(run: RunState) -> int:
    return sum(row["result"] == "passed" for row in run.validations)


def _text(value: RenderableType) -> RenderableType:
    """Text as it stands: what a name or a message holds is no markup, and nothing in it steers the terminal."""
    return Text(legible_lines(value)) if isinstance(value, str) else value


def _table(*columns: str, gap: int = 2) -> Table:
    """A table that stays narrow: no frame, cells on one line."""
    table = Table(box=None, padding=(0, gap, 0, 0), header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(
            told(column), no_wrap=True, overflow="ellipsis", justify="right" if column == "rows" else "left"
        )
    return table


def as_record(morning: Morning, todos: list[Todo]) -> dict[str, Any]:
    """The state for machines: names and codes in English, days in ISO form, moments in UTC."""
    settings, manifest = morning.workspace.settings, morning.manifest
    return {
        "workspace": str(morning.workspace.root),
        "gemeente": settings.gemeente,
        "gemeente_name": settings.gemeente_name,
        "today": morning.today.isoformat(),
        "publication": manifest
        and {
            "publication_id": manifest["publication_id"],
            "created_at": manifest["created_at"],
            "as_of": manifest["as_of"],
            "rows": morning.rows,
        },
        "is_refreshing": morning.is_refreshing,
        "next_edition": morning.next_edition,
        "last_edition": morning.last_edition,
        "todo": [asdict(one) for one in todos],
        "datasets": [asdict(one) for one in morning.datasets],
        "originals": [
            {
                "dataset": f"{one.source_id}/{one.dataset_id}",
                "file": one.file_name,
                "received_on": one.received_on.isoformat(),
                "retain_until": one.retain_until,
                "forgotten_at": one.forgotten_at,
            }
            for one in morning.originals
        ],
        "runs": [
            {
                "run_id": run.run_id,
                "started_at": run.started_at,
                "finished_at": run.finished_at,
                "outcome": run.outcome,
                "exit_code": run.exit_code,
                "message": run.message,
                "checks": len(run.validations),
                "checks_passed": _passed(run),
            }
            for run in morning.runs
        ],
    }
