"""How long the pages take: the whole site of the demo, and the page of official indicators of every gemeente.

Tables are those of a demo, made first and not timed. Each is rendered three times in this process after one that warms
up, and the best counts. The rivals use the same rows, words, templates and disk:

- for every eighth gemeente, each chart drawn by Vega through vl-convert, as a page with charts is usually made, instead
  of by hand;
- the tables read anew for each gemeente by the queries of one municipality's site: the reading alone, multiplied.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from time import perf_counter
from unittest import mock

import duckdb

from bench import vega
from bench.stages import OPKOERS, timed
from dagster_project.publication import current_folder, read_manifest
from dagster_project.site import SiteRun, render_site
from dagster_project.site.country import CountryReader, render_country
from dagster_project.site.queries import NATION, Benchmark, Characteristic, Indicator, Peer, Point, Reader, indicators
from dagster_project.workspace import Workspace

SITE_AIM, COUNTRY_AIM = 5.0, 120.0
EVERY = 8
ROUNDS = 3


def main() -> None:
    """Make a demo, render, and print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cache = {"OPKOERS_CACHE_DIR": str(folder / "cache")}
        timed(*OPKOERS, "demo", "--workspace", str(folder / "demo"), env=cache)
        measure(Workspace(folder / "demo"), folder)


def measure(workspace: Workspace, folder: Path) -> None:
    """Render from the publication that stands, and print.

    Args:
        workspace: with a publication.
        folder: scratch, for the pages.
    """
    standing = current_folder(workspace)
    if standing is None:
        sys.exit(f"Nothing is published in {workspace.root}.")
    database, run = standing / "warehouse.duckdb", _run_of(standing)
    site = best(lambda: render_site(database, workspace, folder / "site", run))
    country = best(lambda: render_country(database, workspace, folder / "country", run))
    with duckdb.connect(str(database), read_only=True) as connection:
        codes = [gemeente.region_code for gemeente in CountryReader(connection).gemeenten]
    part = codes[::EVERY]
    ours = best(lambda: render_country(database, workspace, folder / "part", run, part))
    module = "dagster_project.site.words.indicators"
    with mock.patch(f"{module}.line_chart", vega.line_chart), mock.patch(f"{module}.bar_chart", vega.bar_chart):
        drawn_by_vega = best(lambda: render_country(database, workspace, folder / "vega", run, part))
    at_once = best(lambda: read_at_once(database))
    one_by_one = best(lambda: read_one_by_one(database, part)) / len(part) * len(codes)
    pages = len(list((folder / "site").glob("*.html")))
    weight = {name: sum(p.stat().st_size for p in (folder / name).glob("GM*.html")) for name in ("part", "vega")}
    n = len(codes)
    heavier = f"{weight['vega'] / weight['part']:.1f} × the bytes"
    for what, seconds, note in (
        (f"site of the demo, {pages} pages", site, f"aim {SITE_AIM:.0f} s: {_verdict(site, SITE_AIM)}"),
        (f"the page of {n} gemeenten", country, f"aim {COUNTRY_AIM:.0f} s: {_verdict(country, COUNTRY_AIM)}"),
        (f"the page of {len(part)} gemeenten", ours, ""),
        ("the same, charts by vl-convert", drawn_by_vega, f"= {drawn_by_vega / ours:.1f} × ours, {heavier}"),
        (f"reading {n} gemeenten at once", at_once, ""),
        ("reading them one by one", one_by_one, f"= {one_by_one / at_once:.1f} × ours, from {len(part)} of them"),
    ):
        print(f"{what:34}{seconds:8.2f} s  {note}".rstrip())


def _run_of(standing: Path) -> SiteRun:
    manifest = read_manifest(standing)
    return SiteRun(
        run_id=manifest["run_id"],
        publication_id=manifest["publication_id"],
        generated_at=manifest["created_at"],
        as_of=date.fromisoformat(manifest["as_of"]),
        git_commit=manifest["git_commit"],
    )


def _verdict(seconds: float, aim: float) -> str:
    return "met" if seconds < aim else "NOT met"


def best(work: Callable[[], object]) -> float:
    """Wall seconds of the best of a few, after one that warms up."""
    work()
    seconds = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def read_at_once(database: Path) -> int:
    """The rows of every gemeente, from one pass over the tables."""
    with duckdb.connect(str(database), read_only=True) as connection:
        country = CountryReader(connection)
        return sum(1 for _ in country.rows({gemeente.region_code for gemeente in country.gemeenten}))


def read_one_by_one(database: Path, codes: Sequence[str]) -> int:
    """The same rows by the queries of one municipality's site, those alone that the page needs."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return sum(_read_one(Reader(connection, code)) for code in codes)


def _read_one(reader: Reader) -> int:
    found = (
        reader.rows(Indicator, indicators.INDICATORS),
        reader.rows(Point, indicators.INDICATOR_POINTS, nation=NATION),
        reader.rows(Benchmark, indicators.BENCHMARKS),
        reader.rows(Peer, indicators.PEERS),
        reader.rows(Characteristic, indicators.CHARACTERISTICS),
    )
    return sum(map(len, found))


if __name__ == "__main__":
    main()
