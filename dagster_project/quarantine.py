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


_ALARMED = """
select source_id || '/' || dataset_id, concept_id, region_code, period_id, value, earlier_period_id, earlier_value
from intermediate.int_unit_alarm
order by source_id, dataset_id, concept_id, region_code, period_id
"""


def note_refused(run: Run) -> None:
    """Note one sentence per dataset with refused lines or series, and write the lines to `rejected/` in the workspace.

    A rebuild tells and writes nothing: it repeats a run that did.
    """
    if run.options.is_rebuild:
        return
    with duckdb.connect(str(run.database), read_only=True) as connection:
        refused = connection.execute(_REFUSED).fetchall()
        alarmed = connection.execute(_ALARMED).fetchall()
    for sentence in (*_sentences(refused), *_series_sentences(alarmed)):
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
            "set aside. Compare them with the publisher; a jump that is real goes into accepted_jumps in opkoers.toml, as "
            f'"{concept} {region} {period}".'
        )


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
