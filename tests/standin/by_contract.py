"""Made-up tables that give what contracts ask: their columns, codes, regions and periods, derived from the contracts.

One table serves all contracts that name it. It holds what their filters and choices take, and beside that, for every
dimension that all of them narrow, a code that none takes: its cells hold -1, which no gate lets through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from dagster_project.contracts import Dataset, Measure
from tests.standin.made_up import SAYS_SO
from tests.standin.odata_filter import Test, comparisons, compile_filter
from tests.standin.tables import V3Table, V4Table

Figure = Callable[[Measure, str, str], float | None]
"""A measure of a contract, a region code and a period code without padding to the figure that stands there, if any."""
UNASKED = -1
_OTHER = "Anders, niet gevraagd"
_CODE = re.compile(r"[A-Z]{0,4}\d{4,}[A-Z0-9]*")
_NUMBERED = re.compile(r"_\d+$")
_SUFFIXES = {
    "JJ00": "",
    "SJ00": " (schooljaar)",
    "HJ01": " 1e halfjaar",
    "HJ02": " 2e halfjaar",
    "KW01": " 1e kwartaal",
    "KW04": " 4e kwartaal",
    "MM06": " juni",
    "MM12": " december",
}
"""Kinds of period, and how their titles end."""
_RHYTHMS = {
    "half-yearly": ("HJ01", "HJ02", "JJ00"),
    "quarterly": ("KW01", "KW04", "JJ00"),
    "monthly": ("MM06", "MM12", "JJ00"),
    "per school year": ("SJ00",),
}
"""The kinds of period that a table of some rhythm has; else years."""
_YEAR = ("JJ00",)
_INSIDE = {"WK": "WK039600", "BU": "BU03960000"}


def v3_table(asking: Sequence[Dataset], regions: Mapping[str, str], years: Sequence[int], figure: Figure) -> V3Table:
    """A wide table for all contracts that name it: a row per combination of codes, a column per measure.

    Args:
        asking: the contracts.
        regions: region code to its name. Where a filter names a prefix that none of them has, such as PV, one is added.
        years: those to fill; others only where a filter takes none of these.
        figure: what stands in a cell.
    """
    plan = _Plan.of(asking, regions, years)
    rows = [
        {"ID": number, **codes, **{column.key: column.cell(codes, plan, figure) for column in plan.columns}}
        for number, codes in enumerate(plan.rows())
    ]
    dimensions = [
        {"odata.type": "Cbs.OData.Dimension", "Type": "Dimension", "Key": name, "Title": name} for name in plan.codes
    ]
    topics = [
        {
            "odata.type": "Cbs.OData.Topic",
            "Type": "Topic",
            "Key": c.key,
            "Title": c.title,
            "Unit": c.unit,
            "Decimals": 1,
        }
        for c in plan.columns
    ]
    codes = {
        name: [{"Key": key, "Title": title, "Description": SAYS_SO} for key, title in listed.items()]
        for name, listed in plan.codes.items()
    }
    info = {"OutputStatus": "Regulier", "ReasonDelivery": "Actualisering", "ShortDescription": SAYS_SO}
    modified = "2025-03-01T02:00:00"
    return V3Table(str(asking[0].table_id), [*dimensions, *topics], codes, rows, modified, SAYS_SO, info)


def v4_table(asking: Sequence[Dataset], regions: Mapping[str, str], years: Sequence[int], figure: Figure) -> V4Table:
    """A long table for all contracts that name it: a row per measure and combination of codes; otherwise as above."""
    plan = _Plan.of(asking, regions, years)
    cells = [
        {"Measure": column.key, "ValueAttribute": "None", "Value": value, "StringValue": None, **codes}
        for codes in plan.rows()
        for column in plan.columns
        for value in [column.cell(codes, plan, figure)]
    ]
    return V4Table(
        table_id=str(asking[0].table_id),
        properties={
            "Identifier": asking[0].table_id,
            "Title": SAYS_SO,
            "Description": SAYS_SO,
            "Status": "Regulier",
            "ObservationsModified": "2025-03-01T02:00:00+01:00",
            "Version": "202503010000",
        },
        dimensions=[{"Identifier": name, "Title": name, "Kind": "Dimension"} for name in plan.codes],
        measures=[{"Identifier": c.key, "Title": c.title, "Unit": c.unit, "Decimals": 1} for c in plan.columns],
        codes={
            name: [
                {"Identifier": key, "Title": title, "Description": SAYS_SO, "DimensionGroupId": _group(key)}
                for key, title in listed.items()
            ]
            for name, listed in plan.codes.items()
        },
        rows=[{"Id": number, **cell} for number, cell in enumerate(cells)],
    )


@dataclass
class _Asked:
    """What one contract takes of a table."""

    dataset: Dataset
    test: Test

    @classmethod
    def by(cls, dataset: Dataset) -> _Asked:
        return cls(dataset, compile_filter(dataset.filter) if dataset.filter else lambda _row: True)

    def takes(self, codes: Mapping[str, str], titles: Mapping[str, Mapping[str, str]]) -> bool:
        return self.test(codes) and all(
            _is_named(codes[name], titles[name], wanted) for name, wanted in self.dataset.chosen.items()
        )

    def takes_at(self, measure: Measure, codes: Mapping[str, str], titles: Mapping[str, Mapping[str, str]]) -> bool:
        chosen = self.dataset.chosen
        return self.takes(codes, titles) and all(
            _is_named(codes[name], titles[name], self.dataset.codes_of(measure, name)) for name in chosen
        )


@dataclass
class _Column:
    """One column or measure, with the measures of contracts that it feeds."""

    key: str
    title: str
    unit: str | None
    fed: list[tuple[_Asked, Measure]] = field(default_factory=list)

    def fits(self, measure: Measure) -> bool:
        return self.key in measure.names or _NUMBERED.sub("", self.key) in measure.names or self.title in measure.titles

    def cell(self, codes: Mapping[str, str], plan: _Plan, figure: Figure) -> float | None:
        for asked, measure in self.fed:
            if asked.takes_at(measure, codes, plan.codes):
                period = codes.get(str(asked.dataset.period_dimension), str(asked.dataset.period))
                return figure(measure, codes[plan.region].strip(), period.strip())
        return UNASKED


@dataclass
class _Plan:
    """What a table holds.

    Attributes:
        asked: what each contract takes of it.
        region: its dimension of regions.
        codes: every dimension to its codes, as sent, and their titles.
        columns: what it measures.
        unasked: dimension to the code that nobody takes.
    """

    asked: list[_Asked]
    region: str
    codes: dict[str, dict[str, str]]
    columns: list[_Column]
    unasked: dict[str, str]

    @classmethod
    def of(cls, contracts: Sequence[Dataset], regions: Mapping[str, str], years: Sequence[int]) -> _Plan:
        asked = [_Asked.by(dataset) for dataset in contracts]
        first = contracts[0]
        region, period = str(first.region_dimension), first.period_dimension
        if {(d.region_dimension, d.period_dimension) for d in contracts} != {(region, period)}:
            raise ValueError(f"contracts of {first.table_id} name different dimensions for region or period")
        codes = {region: _regions(contracts, region, regions)}
        unasked: dict[str, str] = {}
        for name in _others(contracts):
            codes[name] = _named_codes(contracts, name)
            if all(name in d.chosen or name in _narrowed(d) for d in contracts):
                unasked[name] = _as_sent(first, "T999999")
                codes[name][unasked[name]] = _OTHER
        if period:
            codes[period] = {}
        plan = cls(asked, region, codes, _columns(asked), unasked)
        if period:
            plan._fill_periods(period, years)
        plan._check()
        return plan

    def rows(self) -> Iterator[dict[str, str]]:
        """The codes of every row: all that a contract takes, and one row for each code that none takes."""
        for row in self._all():
            if any(asked.takes(row, self.codes) for asked in self.asked):
                yield row
        for name, code in self.unasked.items():
            row = {**{other: next(iter(listed)) for other, listed in self.codes.items()}, name: code}
            if not any(asked.takes(row, self.codes) for asked in self.asked):
                yield row

    def _all(self) -> Iterator[dict[str, str]]:
        return (dict(zip(self.codes, row, strict=True)) for row in product(*self.codes.values()))

    def _fill_periods(self, period: str, years: Sequence[int]) -> None:
        """The periods that a contract takes: of those years, or of as many others where it takes none of them."""
        others = [year for year in range(2000, 2030) if year not in years]
        for asked in self.asked:
            found = [taken for year in years if (taken := self._taken(asked, period, year))]
            more = (taken for year in others if (taken := self._taken(asked, period, year)))
            for taken in found or islice(more, len(years)):
                self.codes[period].update(taken)
        self.codes[period] = dict(sorted(self.codes[period].items()))

    def _taken(self, asked: _Asked, period: str, year: int) -> dict[str, str]:
        """Periods of a year that a contract takes, with their titles."""
        titles = {
            f"{year}{suffix}": f"{year}{_SUFFIXES[suffix]}" for suffix in _RHYTHMS.get(asked.dataset.rhythm, _YEAR)
        }
        return {key: title for key, title in titles.items() if self._is_taken(asked, period, key, title)}

    def _is_taken(self, asked: _Asked, period: str, key: str, title: str) -> bool:
        codes = {**self.codes, period: {key: title}}
        rows = (dict(zip(codes, row, strict=True)) for row in product(*codes.values()))
        return any(asked.takes(row, codes) for row in rows)

    def _check(self) -> None:
        """See that every measure of every contract has cells.

        Raises:
            ValueError: one has none: the contract asks what this module does not know to make up.
        """
        rows = list(self.rows())
        for asked in self.asked:
            for measure in asked.dataset.measures:
                if not any(asked.takes_at(measure, row, self.codes) for row in rows):
                    raise ValueError(f"no row could be made up for {measure.concept} of {asked.dataset.key}")


def column_key(asking: Sequence[Dataset], concept: str) -> str:
    """The key of the column that feeds a concept, in the table that serves these contracts."""
    columns = _columns([_Asked.by(dataset) for dataset in asking])
    return next(column.key for column in columns for _, measure in column.fed if measure.concept == concept)


def _columns(asked: Iterable[_Asked]) -> list[_Column]:
    columns: list[_Column] = []
    for one in asked:
        for measure in one.dataset.measures:
            column = next((known for known in columns if known.fits(measure)), None)
            if column is None:
                key = _key(one.dataset, measure, len(columns) + 5)
                title = measure.titles[0] if measure.titles else f"{SAYS_SO}, {key}"
                column = _Column(key, title, measure.unit)
                columns.append(column)
            column.fed.append((one, measure))
    return columns


def _key(dataset: Dataset, measure: Measure, place: int) -> str:
    """The key of a column: in version 3 numbered by its place, from 5 on, as CBS numbers them."""
    name = measure.names[0] if measure.names else f"Grootheid{place}"
    return name if dataset.kind == "cbs_v4" or _NUMBERED.search(name) else f"{name}_{place}"


def _others(contracts: Sequence[Dataset]) -> list[str]:
    """The dimensions, besides region and period, that a contract names anywhere."""
    own = {contracts[0].region_dimension, contracts[0].period_dimension}
    named = [name for d in contracts for name in (*_narrowed(d), *d.coded_dimensions)]
    return [name for name in dict.fromkeys(named) if name not in own]


def _narrowed(dataset: Dataset) -> list[str]:
    return [column for column, _, _ in comparisons(dataset.filter)] if dataset.filter else []


def _named_codes(contracts: Sequence[Dataset], dimension: str) -> dict[str, str]:
    """Codes that the contracts name in a dimension, with their titles; a title without a code gets one."""
    codes: dict[str, str] = {}
    for dataset in contracts:
        for column, how, text in comparisons(dataset.filter) if dataset.filter else ():
            if column == dimension:
                code = {"gt": f"{text}1", "ne": f"{text}1", "lt": text[:-1]}.get(how, text)
                codes.setdefault(code, code.strip())
        for text in dataset.chosen.get(dimension, ()):
            if not _is_any(text, codes):
                code = text if _CODE.fullmatch(text) else f"T{len(codes) + 1:06d}"
                codes[_as_sent(dataset, code)] = text
    return codes or {"T001038": "Totaal"}


def _as_sent(dataset: Dataset, code: str) -> str:
    """The code as the version sends it: version 3 pads it."""
    return code.ljust(8) if dataset.kind == "cbs_v3" else code


def _regions(contracts: Sequence[Dataset], dimension: str, regions: Mapping[str, str]) -> dict[str, str]:
    """The regions, with those of prefixes that only a filter names; padded in version 3, as wide as a filter says."""
    compared = [text for d in contracts if d.filter for column, _, text in comparisons(d.filter) if column == dimension]
    known = dict(regions)
    for prefix in map(str.strip, compared):
        if not any(code.startswith(prefix) for code in known):
            code = _INSIDE.get(prefix, f"{prefix}27" if len(prefix) == 2 else prefix)
            known[code] = f"{SAYS_SO}, {code}"
    for text in (text for d in contracts for text in d.chosen.get(dimension, ())):
        if not _is_any(text, known):
            known[next(iter(known))] = text
    if contracts[0].kind == "cbs_v4":
        return known
    width = max([10 if dimension == "WijkenEnBuurten" else 6, *map(len, compared)])
    return {code.ljust(width): title for code, title in known.items()}


def _is_any(text: str, codes: Mapping[str, str]) -> bool:
    return any(_is_named(code, codes, (text,)) for code in codes)


def _is_named(code: str, titles: Mapping[str, str], wanted: Iterable[str]) -> bool:
    return any(text.strip() == code.strip() or text.casefold() == titles[code].casefold() for text in wanted)


def _group(code: str) -> str:
    return "NL" if code.startswith("NL") else "GMPV27"
