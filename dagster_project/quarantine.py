"""What the models refused: told in the run's record, and kept line by line in the workspace.

Which figure is refused, and why, is decided in the models; here it is only passed on to the people who can mend it.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import duckdb

from dagster_project.formulas import harmless
from dagster_project.run import Run
from dagster_project.snapshots import write_durably
from dagster_project.workspace import Workspace

log = logging.getLogger(__name__)

LINES = "-lines.csv"
"""How the name of a list of lines that were set aside ends."""
_SHOWN = 3
_HEADER = ("regel", "gemeente", "indicator", "eenheid", "periode", "waarde", "soort", "reden")
_REFUSED = """
select
    refused.source_id, refused.dataset_id, refused.snapshot_id, snapshot.url,
    row_number, region_label, indicator_label, unit_label, period_label, value_written, reason_kind, reason
from intermediate.int_refused_figure as refused
left join raw.snapshot as snapshot
    on refused.dataset_id = snapshot.dataset_id and refused.snapshot_id = snapshot.snapshot_id
order by
    refused.source_id, refused.dataset_id, snapshot.url, refused.snapshot_id,
    row_number, side, indicator_label, region_label, period_label
"""
_WARNED = """
select dataset_id, row_number, warning from intermediate.int_stated_figure
where warning is not null and is_counted
order by dataset_id, snapshot_id, row_number, side
"""
_ALARMED = """
select source_id || '/' || dataset_id, concept_id, region_code, period_id, value, earlier_period_id, earlier_value
from intermediate.int_unit_alarm
order by source_id, dataset_id, concept_id, region_code, period_id
"""
_ROWS_SET_ASIDE = """
select
    fault.original_dataset_id, fault.file_name, fault.original_id, file.rows_in, sum(fault.n)::bigint as n,
    string_agg(distinct fault.reason_kind, ', ' order by fault.reason_kind) as kinds
from raw.registration_fault as fault
inner join raw.registration_file as file on fault.original_id = file.original_id
where file.state != 'forgotten'
group by all
order by fault.original_dataset_id, fault.file_name
"""
_Line = tuple[str, str, str, str, int, str, str, str, str, str, str, str]


def note_refused(run: Run) -> None:
    """Note one sentence per file with refused lines, and write those lines to `rejected/` in the workspace.

    Series of a publisher that a unit alarm set aside are noted as well, one sentence per dataset.

    What is only odd is logged.

    A rebuild tells and writes nothing: it repeats a run that did.
    """
    if run.options.is_rebuild:
        return
    with duckdb.connect(str(run.database), read_only=True) as connection:
        refused = connection.execute(_REFUSED).fetchall()
        warned = connection.execute(_WARNED).fetchall()
        alarmed = connection.execute(_ALARMED).fetchall()
        set_aside = connection.execute(_ROWS_SET_ASIDE).fetchall()
    for dataset_id, line, warning in warned:
        log.warning("%s, regel %s: %s", dataset_id, line, warning)
    for sentence in _series_sentences(alarmed):
        run.note_set_aside(sentence)
    for dataset_id, file_name, original_id, rows_in, n, kinds in set_aside:
        where = lines_file(run.workspace, dataset_id, original_id).relative_to(run.workspace.root).as_posix()
        run.note_set_aside(
            f"registration/{dataset_id}, {file_name}: {n} of {rows_in} rows were set aside ({kinds}); "
            f"the lines stand in {where}."
        )
    for (_, dataset_id, snapshot_id), group in groupby(refused, key=lambda line: line[:3]):
        lines: list[_Line] = list(group)
        run.note_set_aside(_sentence(lines))
        keep_lines(lines_file(run.workspace, dataset_id, snapshot_id), _HEADER, [line[4:] for line in lines])


def _sentence(lines: list[_Line]) -> str:
    source_id, dataset_id, _, name = lines[0][:4]
    shown = " ".join(f"Regel {line[4]}: {line[-1]}" for line in lines[:_SHOWN])
    more = f" And {len(lines) - _SHOWN} more." if len(lines) > _SHOWN else ""
    figures = "1 figure was" if len(lines) == 1 else f"{len(lines)} figures were"
    where = f"all stand in rejected/{dataset_id}/"
    return f"{source_id}/{dataset_id}, {name}: {figures} left out; {where}. {shown}{more}"


def _series_sentences(alarmed: list[tuple[object, ...]]) -> Iterator[str]:
    for dataset, group in groupby(alarmed, key=lambda series: series[0]):
        jumps = list(group)
        shown = "; ".join(
            f"{concept} of {region} from {before:g} ({earlier}) to {now:g} ({period})"
            for _, concept, region, period, now, earlier, before in jumps[:_SHOWN]
        )
        more = f"; and {len(jumps) - _SHOWN} more" if len(jumps) > _SHOWN else ""
        _, concept, region, period, *_ = jumps[0]
        yield (
            f"{dataset}: figures jumped by about ten, their unit has probably changed: {shown}{more}. These series are "
            "set aside. Compare them with the publisher; a jump that is real goes into accepted_jumps in opkoers.toml, "
            f'as "{concept} {region} {period}".'
        )


def lines_file(workspace: Workspace, dataset_id: str, file_id: str) -> Path:
    """Where the lines of one file that were set aside are listed; a file goes by its sha256."""
    return workspace.root / "rejected" / dataset_id / f"{file_id[:12]}{LINES}"


def keep_lines(path: Path, header: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Write the lines of one file that were set aside, unless the list already says the same."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(header)
    # people open these lists with a spreadsheet program
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    content = text.getvalue().encode("utf-8-sig")  # the mark tells a spreadsheet that it is UTF-8
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.parent.mkdir(mode=0o700, exist_ok=True)
    path.parent.mkdir(exist_ok=True)
    write_durably(path, content)
