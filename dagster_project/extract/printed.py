"""Figures as others printed them: exports of waarstaatjegemeente, and lists copied from budgets and yearly reports.

One row per gemeente, indicator and period, in the words of whoever printed it. Here only the writing is read: what a
number or a period says. Which indicator, region and unit are meant, and whether the figure can be true, is decided in
the models, where every line ends as a figure or as a refusal with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from dagster_project.contracts import Dataset
from dagster_project.extract import delimited, reading
from dagster_project.extract.delimited import BrokenRow, Source
from dagster_project.extract.reading import ReadContext, Tally
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Snapshot

_PERIOD = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})"
    r"(?:\s*[-/ ]\s*(?P<half>[12])\s*e?\s*(?:hj|halfjaar)|\s*-?\s*[hH](?P<short>[12])|\s*-\s*[qQ](?P<quarter>[1-4])"
    r"|\s*[-/]\s*(?P<next>(?:19|20)[0-9]{2}))?",
)
_FREE = ("source", "note")
"""Columns in which a case may be named by a longer number."""
_LABELS = ("gemeente", "indicator_label", "unit_label", "period")
_STATUS = {"": None, "*": "provisional", "**": "revised"}


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:
    """Read one list of printed figures, one raw row per row of the file.

    Labels and figures stand as they were written; beside them the number with a decimal point (null where the cell is
    no number) and the period as an id (null where it is none). Set aside, one RowFault each: a row with a number as
    long as a BSN in a label, or with a possible BSN in its source or note, and a row with too many or too few cells.

    Raises:
        UnsoundData: the file is not as the contract says, or more than a fifth of its rows is faulty. It may come
            after batches were yielded: load the file in one transaction.
    """
    columns = (*dataset.columns, reading.SYNTHETIC_COLUMN)
    kinds = {column.name: reading.kind_of(column, dataset.format) for column in columns}
    kinds |= {name: reading.without_personal_numbers(kinds[name]) for name in _LABELS}
    kinds |= {name: reading.without_bsn(kinds[name]) for name in _FREE if name in kinds}
    tally = Tally(context.faults)
    broken: list[BrokenRow] = []
    needed = {"value", *(column.name for column in dataset.columns if column.required)}
    for chunk in delimited.read_chunks(Source.of(path, snapshot.url), columns, dataset.format, broken, needed):
        sound = reading.check_cells(chunk, columns, kinds, context.faults)
        tally.add_sound(len(sound.lines))
        cells = {name: values for name, values in sound.columns.items() if name != reading.SYNTHETIC_COLUMN.name}
        period = cells.pop("period")
        rows = {
            **{name: values for name, values in cells.items() if name not in ("value", "value_nl")},
            "period_written": period,
            "period_key": delimited.map_distinct(period, period_id),
            "value_status": delimited.map_distinct(period, value_status),
            **_figures("value", cells.get("value"), dataset),
            **_figures("value_nl", cells.get("value_nl"), dataset),
            "is_synthetic": reading.is_synthetic(sound, snapshot),
        }
        yield reading.raw_batch(str(dataset.raw_table), dataset, snapshot, sound.lines, rows)
    reading.note_broken_rows(broken, context.faults)
    tally.refuse_if_too_many(snapshot.url)


def period_id(written: str) -> str | None:
    """The id of a period as printed, or None: `2018`, `2023*`, `2022-1hj**`, `2023-H2`, `2023-Q4`, `2022/2023`.

    `2022/2023` and `2022-2023` are school years; the years must follow each other. The asterisks of CBS say how final
    a figure is, not when it was.
    """
    found = _PERIOD.fullmatch(_without_stars(written)[0])
    if not found:
        return None
    year = found["year"]
    if found["next"]:
        return f"{year}/{found['next']}" if int(found["next"]) == int(year) + 1 else None
    if found["quarter"]:
        return f"{year}-Q{found['quarter']}"
    half = found["half"] or found["short"]
    return f"{year}-H{half}" if half else year


def value_status(written: str) -> str | None:
    """How final CBS's asterisks call a figure: one provisional, two revised; None where there are none."""
    return _STATUS.get(_without_stars(written)[1])


def _without_stars(written: str) -> tuple[str, str]:
    text = written.strip()
    bare = text.rstrip("*")
    return bare.rstrip(), text[len(bare) :]


def _figures(name: str, written: pa.Array | None, dataset: Dataset) -> dict[str, pa.Array]:
    """A column of figures as written, and as numbers with a decimal point."""
    if written is None:
        return {}
    number = delimited.map_distinct(written, lambda text: number_text(text, dataset.format.decimal))
    return {f"{name}_written": written, f"{name}_number": number}


def number_text(written: str, decimal: str) -> str | None:
    """A printed number with a decimal point, its percent sign left off; None where the text is no number.

    With a decimal comma `1.240` is twelve hundred and forty and `0.71` no number at all: nobody guesses.
    """
    return delimited.parse_decimal(written.removesuffix("%"), decimal, grouped=True)
