"""Which contract an export fits best, and a mapping for it: `opkoers mapping suggest`.

Headers are compared by their words and spelling, cells by their shape. What comes out is YAML for
`mappings/<dataset>.yml`, to be read by a person before it is used; its comments are in Dutch, for those who know the
registration. It shows headers and codes, never a value of a person.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.contracts import ANY_CODE, Column, Dataset, all_contracts
from dagster_project.errors import ConfigurationError
from dagster_project.extract import dropfolder, figures, mappings
from dagster_project.mapping.sample import ROWS, Sample, sample_of
from dagster_project.mapping.shapes import PERSONAL_KINDS, Shape, personal_by_header, plain, shape_of

_GIVE = "Give the file of one export; for a dump run: opkoers mapping check."
_ALIKE = 0.6
"""Likeness of two headers below which they have nothing to do with each other."""
_MOST_CODES = 40
_SHOWN_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9._/\-]{0,11}|[A-Z]{1,5}")
_PERSON_LIKE_CODE = re.compile(r"[0-9]{6,}")
_FITTING: dict[str, dict[str, float]] = {
    "bsn": {"bsn": 1.0, "integer": 0.3},
    "client": {"bsn": 0.9, "integer": 0.8, "code": 0.6},
    "key": {"integer": 0.8, "code": 0.8, "text": 0.5, "bsn": 0.4},
    "date": {"date": 1.0},
    "month": {"month": 1.0, "date": 0.9},
    "decimal": {"amount": 1.0, "integer": 0.8, "period": 0.3},
    "integer": {"integer": 1.0, "period": 0.5},
    "period": {"period": 1.0, "integer": 0.3},
    "text": {"fixed": 0.7, "text": 0.6, "code": 0.6, "region": 0.6, "integer": 0.4, "period": 0.3},
}
"""How well cells of a shape fill a column of a type; a shape that is not named does not."""


@dataclass(frozen=True)
class Match:
    """A column of a contract and the header of an export that may fill it."""

    column: Column
    place: int
    likeness: float
    """Of the headers, 0 to 1."""
    fit: float
    """Of the cells, 0 to 1."""

    @property
    def score(self) -> float:
        return 0.75 * self.likeness + 0.25 * self.fit

    @property
    def sureness(self) -> str:
        if self.likeness == 1 and self.fit == 0:
            return "onzeker: de kop klopt, de waarden niet"
        if self.likeness < _ALIKE:
            return "onzeker: alleen naar de waarden"
        return "zeker" if self.likeness == 1 else "waarschijnlijk" if self.score >= 0.8 else "onzeker"


@dataclass(frozen=True)
class Fit:
    """How an export fits one contract."""

    dataset: Dataset
    matches: tuple[Match, ...]
    missing: tuple[Column, ...]
    """Columns without which the file is refused."""
    score: float

    @property
    def is_plausible(self) -> bool:
        return self.score > 0 and len({match.column.target for match in self.matches}) >= 2


def suggest(path: Path, dataset_id: str | None = None) -> str:
    """A mapping for an export, as YAML with comments.

    Args:
        path: the export.
        dataset_id: the contract to map it to; None: the one that fits best.

    Raises:
        ConfigurationError: there is no such file or dataset, or no contract resembles the file.
        UnsoundData: the file cannot be read.
    """
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder: the tables of a dump go by their own names. {_GIVE}")
    if not path.is_file():
        raise ConfigurationError(f"{path} does not exist. {_GIVE}")
    sample = sample_of(path)
    shapes = [shape_of(cells) for cells in sample.columns]
    fits = ranked(sample, shapes, _contracts(dataset_id))
    best = fits[0]
    if dataset_id is None and not best.is_plausible:
        raise ConfigurationError(
            f"{path.name}: no contract resembles its {len(sample.headers)} columns; the nearest is {best.dataset.key}. "
            f"Name the one that it should fit: opkoers mapping suggest {path.name} --dataset {best.dataset.dataset_id}"
        )
    return "\n".join(_written(sample, shapes, best, fits[1:])) + "\n"


def _contracts(dataset_id: str | None) -> list[Dataset]:
    mappable = [d for d in all_contracts() if d.kind in dropfolder.FORMS]
    named = [d for d in mappable if dataset_id is None or dataset_id in (d.dataset_id, d.key)]
    if not named:
        known = ", ".join(d.dataset_id for d in mappable)
        raise ConfigurationError(f"--dataset names {dataset_id}; a mapping can be made for {known}.")
    return named


def wanted(dataset: Dataset) -> list[Column]:
    """The columns that a contract takes from a file, under the names that a mapping gives them."""
    if dataset.kind != "figure_file":
        return list(dataset.columns)
    names = mappings.mappable(dataset)
    if dataset.measure_dimension:
        names = names[: -len(dataset.measures)]  # there a concept is a text, not a header
    columns = [
        column.model_copy(update={"name": name, "present": True})
        for name, column in zip(names, figures.columns_of(dataset), strict=False)
    ]
    return [c.model_copy(update={"type": "period"}) if c.name == "period" else c for c in columns]


def ranked(sample: Sample, shapes: Sequence[Shape], datasets: Sequence[Dataset]) -> list[Fit]:
    """How an export fits each contract, best first."""
    fits = [_fit(sample, shapes, dataset) for dataset in datasets]
    return sorted(fits, key=lambda fit: -fit.score)


def _fit(sample: Sample, shapes: Sequence[Shape], dataset: Dataset) -> Fit:
    columns = wanted(dataset)
    matches = _matches(sample, shapes, columns, dataset)
    filled = {match.column.target for match in matches}
    needed = {c.target: c for c in columns if (c.required or c.present) and c.default is None}
    missing = [column for target, column in needed.items() if target not in filled]
    best = {target: max(m.score for m in matches if m.column.target == target) for target in filled}
    score = sum(points * (2 if target in needed else 1) for target, points in best.items()) - 3 * len(missing)
    is_named_so = bool(dropfolder.fitting(sample.name, [dataset]))
    return Fit(dataset, tuple(matches), tuple(missing), score + 2 * is_named_so)


def _matches(sample: Sample, shapes: Sequence[Shape], columns: Sequence[Column], dataset: Dataset) -> list[Match]:
    """Pairs of column and header, each at most once: the likest first, then what only its cells give away."""
    pairs = [
        Match(
            column, place, likeness(column, header), _cells_fit(column, shapes[place], sample.columns[place], dataset)
        )
        for place, header in enumerate(sample.headers)
        for column in columns
    ]
    # a header that is the contract's own counts even where its cells are odd: the check says what is wrong with them
    alike = [
        m
        for m in pairs
        if m.likeness == 1 or (m.likeness >= _ALIKE and m.fit > 0 and not _is_personal(m, sample, shapes))
    ]
    found: list[Match] = []
    for match in sorted(alike, key=lambda m: -m.score):
        _take(match, found)
    for column in (c for c in columns if c.required or c.present):
        by_cells = [
            m for m in pairs
            if m.column is column and m.fit >= 0.9 and not _is_taken(m, found) and not _is_personal(m, sample, shapes)
        ]  # fmt: skip
        if len(by_cells) == 1 and column.target not in {m.column.target for m in found}:
            found.append(by_cells[0])
    order = {column.name: place for place, column in enumerate(columns)}
    return sorted(found, key=lambda m: order[m.column.name])


def _take(match: Match, found: list[Match]) -> None:
    if not _is_taken(match, found):
        found.append(match)


def _is_taken(match: Match, found: list[Match]) -> bool:
    return any(m.place == match.place or m.column is match.column for m in found)


def _is_personal(match: Match, sample: Sample, shapes: Sequence[Shape]) -> bool:
    return shapes[match.place].kind in PERSONAL_KINDS or personal_by_header(sample.headers[match.place]) is not None


def likeness(column: Column, header: str) -> float:
    """How like the headers of a column a header is: 1 for the same words, down to 0."""
    found = plain(header)
    return max(_alike(_spelt_out(plain(accepted)), _spelt_out(found)) for accepted in (*column.headers, column.name))


def _spelt_out(header: str) -> str:
    return re.sub(r"nr\b", "nummer", header)


def _alike(accepted: str, found: str) -> float:
    if not accepted or not found:
        return 0.0
    if accepted == found:
        return 1.0
    squeezed = accepted.replace(" ", ""), found.replace(" ", "")
    contains = set(accepted.split()) <= set(found.split()) or set(found.split()) <= set(accepted.split())
    return max(0.95 * difflib.SequenceMatcher(None, *squeezed).ratio(), 0.85 if contains else 0.0)


def _cells_fit(column: Column, shape: Shape, cells: Sequence[str], dataset: Dataset) -> float:
    if shape.kind == "empty":
        return 0.5
    known = _known_texts(column, dataset)
    if known:
        values = [cell.casefold() for cell in cells if cell]
        share = sum(value in known for value in values) / len(values)
        return share if share >= 0.5 else 0.3 if ANY_CODE in known or shape.kind in ("fixed", "code") else 0.0
    return _FITTING[column.type].get(shape.kind, 0.0)


def _known_texts(column: Column, dataset: Dataset) -> set[str]:
    """The texts that a column knows, in lower case; none where any will do."""
    if column.target == "product_code":
        return {code.casefold() for code in dataset.known_products}
    if column.name == "regeling_code":
        return {code.casefold() for code in dataset.categories}
    if dataset.measure_dimension and column.name == "measure":
        return {measure.header.casefold() for measure in dataset.measures}
    return {text.casefold() for text in (*column.allowed, *column.values)}


def _written(sample: Sample, shapes: Sequence[Shape], fit: Fit, others: Sequence[Fit]) -> Iterator[str]:
    dataset = fit.dataset
    targets = {column.target for column in wanted(dataset)}
    filled = {match.column.target for match in fit.matches}
    sure = {match.column.target for match in fit.matches if match.sureness == "zeker"}
    yield f"# Voorstel voor mappings/{dataset.dataset_id}.yml, naar {sample.name}. Lees het na voordat u het gebruikt."
    yield f"# Contract {dataset.key}: {dataset.title}."
    yield f"# Van {len(targets)} kolommen zijn er {len(filled)} gevonden, waarvan {len(sure)} zeker."
    nearest = [other for other in others if other.is_plausible][:2]
    if nearest:
        yield f"# Daarna past het best: {', '.join(other.dataset.key for other in nearest)}."
    for column in fit.missing:
        accepted = " of ".join(f"'{header}'" for header in (column.headers or (column.name,)))
        yield f"# NIET GEVONDEN: {column.name} ({accepted}). Zonder deze kolom wordt het bestand geweigerd."
    yield f"file_pattern: {_quoted(_pattern(sample, dataset))}"
    yield from _format(sample, shapes, fit)
    yield "headers:"
    for match in fit.matches:
        said = shapes[match.place].said
        yield f"  {match.column.name}: {_quoted(sample.headers[match.place])}  # {match.sureness}; {said}"
    yield from _unknown_texts(sample, fit)
    yield from _left_out(sample, shapes, fit)


def _pattern(sample: Sample, dataset: Dataset) -> str:
    """The contract's own pattern where the name fits it; else the name with its numbers left open."""
    if dropfolder.fitting(sample.name, [dataset]):
        return str(dataset.file_pattern)
    stem, _, ending = sample.name.lower().rpartition(".")
    words = [word for word in re.split(r"[^a-z]+", stem) if len(word) > 1]
    return f"*{'*'.join(words)}*.{ending}" if words else f"*.{ending}"


def _format(sample: Sample, shapes: Sequence[Shape], fit: Fit) -> Iterator[str]:
    """How the file is written; a workbook and parquet say so themselves."""
    if sample.form != ".csv":
        return
    used = [shapes[match.place] for match in fit.matches]
    dates = Counter(shape.date_format for shape in used if shape.date_format)
    marks = Counter(shape.decimal for shape in used if shape.decimal)
    yield "format:"
    yield f"  encoding: {sample.encoding}"
    yield f"  delimiter: {_quoted(sample.delimiter or '')}"
    if marks:
        yield f"  decimal: {_quoted(marks.most_common(1)[0][0])}"
    if dates:
        yield f"  date_format: {_quoted(dates.most_common(1)[0][0])}"
    if len(dates) > 1:
        yield "  # LET OP: niet alle datums zijn op dezelfde manier geschreven"


def _unknown_texts(sample: Sample, fit: Fit) -> Iterator[str]:
    """What stands in a column with a list and is not in it: codes with a blank to fill in, of other texts how many."""
    for match in fit.matches:
        known = _known_texts(match.column, fit.dataset)
        cells = Counter(cell for cell in sample.columns[match.place] if cell)
        unknown = Counter({text: n for text, n in cells.items() if text.casefold() not in known})
        if not known or ANY_CODE in known or not unknown:
            continue
        if match.column.target == "product_code":
            yield from _codes("products", "{wet: , category: , form: }", unknown)
        elif match.column.name == "regeling_code":
            yield from _codes("categories", "", unknown)
        else:
            yield (
                f"# {match.column.name}: van {len(cells)} teksten staan er {len(unknown)} niet in het contract "
                f"({', '.join(match.column.allowed)}); zet ze onder values:, of ze worden apart gelegd."
            )


def _codes(block: str, blank: str, unknown: Counter[str]) -> Iterator[str]:
    # anything else may be a name or a number of a person, in a column that was taken for another
    shown = [code for code in unknown if _SHOWN_CODE.fullmatch(code) and not _PERSON_LIKE_CODE.search(code)]
    yield f"# Codes die geen categorie hebben (in de eerste {ROWS} regels): vul ze aan en haal het hekje weg."
    yield f"# {block}:"
    for code in sorted(shown, key=lambda code: (-unknown[code], code))[:_MOST_CODES]:
        yield f"#   {_quoted(code)}: {blank}".rstrip() + f"  # {unknown[code]} keer"
    hidden = len(unknown) - min(len(shown), _MOST_CODES)
    if hidden:
        yield f"#   en nog {hidden}, die hier niet worden getoond"


def _left_out(sample: Sample, shapes: Sequence[Shape], fit: Fit) -> Iterator[str]:
    read = {match.place for match in fit.matches}
    left = [place for place in range(len(sample.headers)) if place not in read]
    for place in left:
        header, shape = sample.headers[place], shapes[place]
        looks = personal_by_header(header) or (shape.said if shape.kind in PERSONAL_KINDS else None)
        why = f"lijkt op {looks}" if looks else f"geen kolom van het contract; {shape.said}"
        yield f"# wordt niet gelezen: {_quoted(header)} ({why})"


def _quoted(text: str) -> str:
    """A text between double quotes, as YAML and JSON both read it."""
    return json.dumps(text, ensure_ascii=False)
