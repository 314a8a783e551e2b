"""What the models refused: told in the run's record, and kept line by line in the workspace.

Which figure is refused, and why, is decided in the models; here it is only passed on to the people who can mend it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import duckdb

from dagster_project.run import Run
from dagster_project.snapshots import write_durably

_SHOWN = 3
_HEADER = ("regel", "gemeente", "indicator", "eenheid", "periode", "waarde", "soort", "reden")
_REFUSED = """
select
    source_id, dataset_id, snapshot_id, row_number, region_label, indicator_label, unit_label, period_label,
    value_written, reason_kind, reason
from intermediate.int_refused_figure
order by source_id, dataset_id, snapshot_id, row_number, side, indicator_label, region_label, period_label
"""


def note_refused(run: Run) -> None:
    """Note one sentence per dataset with refused lines, and write those lines to `rejected/` in the workspace.

    A rebuild tells and writes nothing: it repeats a run that did.
    """
    if run.options.is_rebuild:
        return
    with duckdb.connect(str(run.database), read_only=True) as connection:
        refused = connection.execute(_REFUSED).fetchall()
    for sentence in _sentences(refused):
        run.note_set_aside(sentence)
    for (dataset_id, snapshot_id), lines in groupby(refused, key=lambda line: (line[1], line[2])):
        _keep(run.workspace.root / "rejected" / str(dataset_id) / f"{str(snapshot_id)[:12]}-lines.csv", list(lines))


def _sentences(refused: list[tuple[object, ...]]) -> Iterator[str]:
    for (source_id, dataset_id), group in groupby(refused, key=lambda line: (line[0], line[1])):
        lines = list(group)
        shown = " ".join(f"Regel {line[3]}: {line[10]}" for line in lines[:_SHOWN])
        more = f" And {len(lines) - _SHOWN} more." if len(lines) > _SHOWN else ""
        figures = "1 figure was" if len(lines) == 1 else f"{len(lines)} figures were"
        yield f"{source_id}/{dataset_id}: {figures} left out; all stand in rejected/{dataset_id}/. {shown}{more}"


def _keep(path: Path, lines: list[tuple[object, ...]]) -> None:
    """Write the lines of one snapshot, unless the file already says the same."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows(line[3:] for line in lines)
    content = text.getvalue().encode("utf-8-sig")  # the mark tells a spreadsheet that it is UTF-8
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.parent.mkdir(mode=0o700, exist_ok=True)
    path.parent.mkdir(exist_ok=True)
    write_durably(path, content)
