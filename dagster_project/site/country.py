"""The page of official indicators for every gemeente of the country, from one reading of the tables.

What belongs here: reading the rows of all gemeenten in one pass, and writing their pages. What does not: what stands on
such a page (`pages/bbv.py`). Everything of one municipality alone, such as objectives, has no place here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Generic, TypeVar

import duckdb

from dagster_project.errors import ConfigurationError
from dagster_project.site.pages.bbv import Compared, compared_pages
from dagster_project.site.queries import NATION, Benchmark, Characteristic, Indicator, Peer, Point, Reader
from dagster_project.site.queries.shared import SOURCE_TEXTS
from dagster_project.site.render import NOTE_ON_SYNTHETIC, frame_of, render_page, styles
from dagster_project.site.site import NavEntry, Page, SiteRun
from dagster_project.site.theme import theme_of
from dagster_project.site.words import labels, register
from dagster_project.site.words.register import RegisterRow
from dagster_project.workspace import Workspace

_Record = TypeVar("_Record")
_LISTING = "index.html"
_NAVIGATION = [NavEntry(_LISTING, "Alle gemeenten")]


@dataclass(frozen=True)
class Gemeente:
    """One gemeente that exists, with the province it lies in."""

    region_code: str
    region_name: str
    province: str

    @property
    def name(self) -> str:
        """Its name as people write it."""
        return labels.place(self.region_name)


@dataclass(frozen=True)
class GemeenteRows:
    """The rows of one gemeente and of the country beside it."""

    indicators: tuple[Indicator, ...]
    indicator_points: tuple[Point, ...]
    benchmarks: tuple[Benchmark, ...]
    peers: tuple[Peer, ...]
    characteristics: tuple[Characteristic, ...]

    @property
    def is_synthetic(self) -> bool:
        """Whether any of them was made up."""
        return any(row.is_synthetic for rows in (self.indicator_points, self.benchmarks, self.peers) for row in rows)


@dataclass(frozen=True)
class _Trend:
    indicator_id: str
    n_points: int | None
    trend: str | None
    window_start: str | None
    window_end: str | None


_GEMEENTEN = """
    select g.region_code, g.region_name, coalesce(p.region_name, 'Zonder provincie') as province
    from marts.dim_region as g
    left join marts.dim_region as p on p.region_code = g.parent_code
    where g.region_type = 'gemeente' and g.valid_to is null
    order by g.region_code
"""

_INDICATORS = """
    select indicator_id, bbv_number, name_nl, definition_nl, unit, decimals, direction, rhythm,
        null as n_points, null as trend, null as window_start, null as window_end
    from marts.dim_indicator
    order by bbv_number nulls last, name_nl
"""

# Every query below gives the gemeente first, in the order of the gemeenten, so that all are read side by side.
_POINTS = f"""
    with {SOURCE_TEXTS}
    select v.region_code as gemeente, v.indicator_id, v.region_code,
        coalesce(r.region_name, v.region_code) as region_name, v.period_id, v.value, v.interval_low, v.interval_high,
        v.value_status, v.absence, coalesce(v.is_synthetic, false) as is_synthetic,
        coalesce(v.source_text, s.source_text) as source_text,
        d.source_text as denominator_source, v.snapshot_id
    from marts.fct_indicator_value as v
    left join marts.dim_region as r using (region_code)
    left join snapshot as s on s.snapshot_id = v.snapshot_id
    left join snapshot as d on d.snapshot_id = v.denominator_snapshot_id
    where v.territory = 'as_published' and (v.region_code like 'GM%' or v.region_code = '{NATION}')
    order by v.region_code, v.indicator_id, v.period_id
"""

_TRENDS = """
    select region_code as gemeente, indicator_id, n_points, trend, window_start, window_end
    from marts.fct_indicator_trend
    where region_code like 'GM%'
    order by region_code, indicator_id
"""

_BENCHMARKS = """
    with sharing as (
        select indicator_id, period_id, rank, count(*) as n_equal
        from marts.fct_indicator_benchmark group by indicator_id, period_id, rank
    )
    select b.region_code as gemeente, b.indicator_id, b.period_id, b.value, b.national, b.national_is_derived,
        province.region_name as province_name, b.provincial, b.provincial_is_derived, own.size_class,
        b.size_class_median, b.n_size_class, b.peer_median, b.n_peers, b.rank, s.n_equal, b.n_regions, b.is_synthetic
    from marts.fct_indicator_benchmark as b
    inner join sharing as s using (indicator_id, period_id, rank)
    left join marts.dim_region as own using (region_code)
    left join marts.dim_region as province on province.region_code = own.parent_code
    order by b.region_code, b.indicator_id, b.period_id
"""

_PEERS = """
    select p.region_code as gemeente, p.peer_code as region_code, coalesce(r.region_name, p.peer_code) as region_name,
        p.distance, p.n_characteristics, p.is_synthetic
    from marts.dim_peer as p
    left join marts.dim_region as r on r.region_code = p.peer_code
    order by p.region_code, p.rank
"""

_CHARACTERISTICS = """
    select region_code as gemeente, region_code, characteristic, period_id, value
    from marts.dim_region_profile
    order by region_code, characteristic
"""


class _SideBySide(Generic[_Record]):
    """The rows of one query, handed out a gemeente at a time: never all in memory as records."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, record: type[_Record], sql: str) -> None:
        self._cursor = connection.cursor().execute(sql)
        self._names = [column[0] for column in self._cursor.description or ()][1:]
        self._record = record
        self._groups = groupby(self._raw(), key=lambda row: row[0])
        self._next = next(self._groups, None)

    def _raw(self) -> Iterator[tuple[Any, ...]]:
        while rows := self._cursor.fetchmany(20_000):
            yield from rows

    def of(self, gemeente: str) -> tuple[_Record, ...]:
        """The rows of a gemeente; ask in the order of their codes."""
        while self._next is not None and self._next[0] < gemeente:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != gemeente:
            return ()
        names = self._names
        found = tuple(self._record(**dict(zip(names, row[1:], strict=True))) for row in self._next[1])
        self._next = next(self._groups, None)
        return found


class CountryReader:
    """Rows of all gemeenten from one build database, read once.

    Raises:
        duckdb.Error: the database lacks a table or column of the published contract.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        reader = Reader(connection, "")
        self.gemeenten = reader.rows(Gemeente, _GEMEENTEN)
        self.register = reader.rows(RegisterRow, register.REGISTER)
        self._connection = connection
        self._indicators = reader.rows(Indicator, _INDICATORS)

    def rows(self, wanted: Collection[str]) -> Iterator[tuple[Gemeente, GemeenteRows]]:
        """The rows of gemeenten, in the order of their codes.

        Args:
            wanted: codes of gemeenten.
        """
        connection = self._connection
        points, benchmarks = _SideBySide(connection, Point, _POINTS), _SideBySide(connection, Benchmark, _BENCHMARKS)
        trends, peers = _SideBySide(connection, _Trend, _TRENDS), _SideBySide(connection, Peer, _PEERS)
        figures = _SideBySide(connection, Characteristic, _CHARACTERISTICS)
        profiles = {gemeente.region_code: figures.of(gemeente.region_code) for gemeente in self.gemeenten}
        nation = self._nation()
        for gemeente in self.gemeenten:
            code = gemeente.region_code
            if code not in wanted:
                continue
            own, alike = points.of(code), peers.of(code)
            shown = {p.indicator_id for p in own if p.value is not None or p.absence == "suppressed"}
            yield (
                gemeente,
                GemeenteRows(
                    indicators=tuple(self._shown(shown, trends.of(code))),
                    indicator_points=own + tuple(p for name in sorted(shown) for p in nation.get(name, ())),
                    benchmarks=benchmarks.of(code),
                    peers=alike,
                    characteristics=tuple(
                        figure for one in (code, *(p.region_code for p in alike)) for figure in profiles.get(one, ())
                    ),
                ),
            )

    def _nation(self) -> dict[str, tuple[Point, ...]]:
        points = _SideBySide(self._connection, Point, _POINTS).of(NATION)
        return {name: tuple(own) for name, own in groupby(points, key=lambda point: point.indicator_id)}

    def _shown(self, shown: set[str], trends: Sequence[_Trend]) -> Iterator[Indicator]:
        by_indicator = {trend.indicator_id: trend for trend in trends}
        for indicator in self._indicators:
            if indicator.indicator_id in shown:
                trend = by_indicator.get(indicator.indicator_id)
                yield Indicator(**{**vars(indicator), **(vars(trend) if trend else {})})


def render_country(
    database: Path, workspace: Workspace, target: Path, run: SiteRun, gemeenten: Sequence[str] = ()
) -> list[Path]:
    """Write the page of official indicators of every gemeente, and a page that lists them.

    Args:
        database: `warehouse.duckdb` of a publication; opened read-only.
        workspace: whose theme and note on made-up figures are used.
        target: folder to write into; made when it is not there. Files of the same name are replaced.
        run: what the foot of each page says.
        gemeenten: codes of the gemeenten to write; all when empty.

    Returns:
        The files that were written.

    Raises:
        ConfigurationError: a code is not that of a gemeente that exists.
        duckdb.Error: the database lacks a table or column of the published contract.
    """
    theme_css = theme_of(workspace)
    frame = {**frame_of(run, theme_css), "navigation": _NAVIGATION, "foot": []}
    note = workspace.settings.synthetic_note or NOTE_ON_SYNTHETIC
    written: list[Path] = []

    def write(name: str, text: str) -> None:
        (target / name).write_text(text, encoding="utf-8", newline="\n")
        written.append(target / name)

    with duckdb.connect(str(database), read_only=True) as connection:
        country = CountryReader(connection)
        wanted = _wanted(country, gemeenten)
        target.mkdir(parents=True, exist_ok=True)
        filled: dict[str, int] = {}
        for gemeente, rows in country.rows(wanted):
            own = {
                **frame,
                "owner": f"Gemeente {gemeente.name}",
                "synthetic_note": note if rows.is_synthetic else None,
            }
            filled[gemeente.region_code] = _official_with_figure(rows, gemeente.region_code)
            for page in compared_pages(_compared(gemeente, run), rows, country.register):
                write(page.file, render_page(page, own))
    listed = [gemeente for gemeente in country.gemeenten if gemeente.region_code in filled]
    listing = _listing(listed, filled, len(country.register))
    write(_LISTING, render_page(listing, {**frame, "owner": "Alle gemeenten", "gemeente": "", "synthetic_note": None}))
    for name, text in styles(theme_css).items():
        write(name, text)
    return written


def _wanted(country: CountryReader, gemeenten: Sequence[str]) -> frozenset[str]:
    known = {gemeente.region_code for gemeente in country.gemeenten}
    unknown = sorted(set(gemeenten) - known)
    if unknown:
        raise ConfigurationError(
            f"{', '.join(unknown)}: no such gemeente in this publication, expected one of the {len(known)} codes that "
            "dim_region holds, such as GM0396. Mend --gemeente, or take --all."
        )
    return frozenset(gemeenten or known)


def _compared(gemeente: Gemeente, run: SiteRun) -> Compared:
    return Compared(
        gemeente=gemeente.region_code,
        name=gemeente.name,
        as_of=run.as_of,
        stem=gemeente.region_code,
        nav=_LISTING,
        crumbs=((_LISTING, "Alle gemeenten"),),
    )


def _official_with_figure(rows: GemeenteRows, gemeente: str) -> int:
    official = {indicator.indicator_id for indicator in rows.indicators if indicator.bbv_number is not None}
    return len(
        {
            p.indicator_id
            for p in rows.indicator_points
            if p.region_code == gemeente and p.value is not None and p.indicator_id in official
        }
    )


@dataclass(frozen=True)
class _Province:
    anchor: str
    title: str
    gemeenten: tuple[tuple[str, str, int], ...]
    """File, name, and number of official indicators with a figure."""


def _listing(gemeenten: Sequence[Gemeente], filled: dict[str, int], total: int) -> Page:
    """The page that lists all gemeenten, by province and name."""
    by_place = sorted(gemeenten, key=lambda one: (one.province, one.name.lstrip("'").lower()))
    provinces = [
        _Province(
            f"provincie-{number}",
            labels.place(title),
            tuple((f"{one.region_code}.html", one.name, filled[one.region_code]) for one in own),
        )
        for number, (title, own) in enumerate(groupby(by_place, key=lambda one: one.province), start=1)
    ]
    summary = (
        f"{labels.number(len(gemeenten), 0)} {'gemeente' if len(gemeenten) == 1 else 'gemeenten'} naast Nederland, de "
        f"provincie, gemeenten van dezelfde grootte en vergelijkbare gemeenten. Het landelijke register (BBV) telt "
        f"{labels.number(total, 0)} indicatoren; achter elke naam staat van hoeveel er een cijfer is."
    )
    context = {"summary": summary, "provinces": provinces}
    return Page(_LISTING, "gemeenten.html.j2", "Gemeenten vergeleken", context, _LISTING)
