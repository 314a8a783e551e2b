"""Cells of local registrations: the same facts give the same cells, and every identity holds on any exports."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.registration.confidential import WHOLE, Cells, Confidential, Row, cell, original

WMO = {"product_code": "w", "wet": "wmo", "category": "hulp", "form": "ZIN", "referrer": "gemeente", "wijk": "A"}
D = Decimal


def provision(client: str, start: str, end: str | None = None, export: str = "one", **more: Any) -> Row:
    return {
        "dataset_id": "export",
        "original_id": export,
        "client_key": client,
        "beschikking_key": f"{client}{start}",
        **WMO,
        "application_date": None,
        "start_date": start,
        "end_date": end,
        "status": "toegekend",
        "is_synthetic": True,
    } | more


def line(client: str, month: str, amount: str, export: str = "one", **more: Any) -> Row:
    return {
        "dataset_id": "export",
        "original_id": export,
        "client_key": client,
        **WMO,
        "care_month": f"{month}-01",
        "amount": D(amount),
        "is_synthetic": True,
    } | more


def every_month(client: str, year: int, amount: str, months: int = 12, export: str = "one", **more: Any) -> list[Row]:
    return [line(client, f"{year}-{month:02}", amount, export, **more) for month in range(1, months + 1)]


def test_clients_are_unique_and_cost_adds_up(confidential: Confidential) -> None:
    cells = confidential.count(
        {
            "original": [original("one", "2024-01-15", "2023")],
            "declaratieregel": [
                *every_month("a", 2023, "10.00"),
                *every_month("a", 2023, "5.50", months=3, category="vervoer", form="PGB"),
                line("b", "2023-08", "100.00", wijk="B"),
                line("c", "2023-02", "1.00", wet="jeugdwet"),
                line("c", "2023-12", "1.00", wet="jeugdwet"),
                line("b", "2023-12", "1.00", wet="jeugdwet"),
            ],
        }
    )

    assert cell(cells, "care", "clients", "2023", wet="wmo") == 2
    assert cell(cells, "care", "clients", "2023", wet="wmo", category="hulp") == 2
    assert cell(cells, "care", "clients", "2023", wet="wmo", category="vervoer") == 1
    assert cell(cells, "care", "clients", "2023-H2", wet="wmo", category="vervoer") == 0
    assert cell(cells, "care", "clients", "2023", wet="wmo", category="vervoer", form="PGB") == 1
    assert cell(cells, "care", "clients", "2023", wet="wmo", wijk="B") == 1
    assert cell(cells, "care", "clients", "2023") == 3
    assert cell(cells, "care", "clients", "2023", wet="wmo", n_provisions="2") == 1
    assert cell(cells, "care", "clients", "2023", wet="wmo", n_provisions="1") == 1
    assert cell(cells, "care", "cost", "2023", wet="wmo") == D("236.50")
    assert cell(cells, "care", "cost", "2023-H1", wet="wmo", category="vervoer") == D("16.50")
    assert cell(cells, "care", "cost", "2023") == D("239.50")
    assert cell(cells, "care", "cost_same_months", "2023", wet="wmo") is None


def test_flat_and_cssd_rows_of_the_same_facts_give_the_same_cells(confidential: Confidential) -> None:
    facts = [
        ("a", "wmo", "hulp", "ZIN", "gemeente", "A", "2022-03-01", None),
        ("a", "wmo", "vervoer", "PGB", "gemeente", "A", "2023-02-10", "2023-05-31"),
        ("b", "jeugdwet", "crisis", "ZIN", "huisarts", "B", "2023-01-20", "2023-12-31"),
        ("c", "wmo", "hulp", "ZIN", "onbekend", "A", "2023-04-01", None),
    ]
    payments = [(number, month, D(10 * number + month)) for number in range(4) for month in range(1, 13)]
    grants = [
        *(("a", "minimaregeling", f"2023-{month:02}-05", None, "toegekend") for month in range(1, 13)),
        ("c", "loonkostensubsidie", "2021-01-01", None, "beëindigd"),
        ("b", "kindpakket", "2023-03-01", None, "afgewezen"),
    ]
    origin = {"dataset_id": "export", "original_id": "one", "is_synthetic": True}
    names = ("client_key", "wet", "category", "form", "referrer", "wijk", "start_date", "end_date")
    file = [original("one", "2024-01-15", "2023")]
    flat = {
        "original": file,
        "beschikte_voorziening": [
            origin | {"application_date": "2022-02-01", "status": None} | dict(zip(names, fact, strict=True))
            for fact in facts
        ],
        "declaratieregel": [
            origin
            | dict(zip(names[:6], facts[number][:6], strict=True))
            | {"care_month": date(2023, month, 1), "amount": amount}
            for number, month, amount in payments
        ],
        "toekenning": [
            origin | dict(zip(("client_key", "category", "start_date", "end_date", "status"), grant, strict=True))
            for grant in grants
        ],
    }
    homes = {fact[0]: fact[5] for fact in facts}
    cssd = {
        "original": file,
        "cssd_szclient": [origin | {"client_key": client, "wijk": wijk} for client, wijk in homes.items()],
        "cssd_abc_refcod": [
            origin | {"code": code, "domein": "STATUS_INDICATIE", "omschrijving": name}
            for code, name in (("1", "Toegekend"), ("2", "Beëindigd"), ("3", "Afgewezen"))
        ],
        "cssd_wvind_b": [
            origin
            | {
                "besluit_key": f"b{number}",
                "volgnr_ind": "1",
                "client_key": client,
                "dd_begin": start,
                "dd_eind": end,
                "status_indicatie": "1",
                "wet": wet,
                "category": category,
                "form": form,
                "referrer": referrer,
                "application_date": "2022-02-01",
            }
            for number, (client, wet, category, form, referrer, _, start, end) in enumerate(facts)
        ]
        + [
            origin
            | {
                "besluit_key": f"g{number}",
                "volgnr_ind": "1",
                "client_key": client,
                "dd_begin": start,
                "dd_eind": end,
                "status_indicatie": {"toegekend": "1", "beëindigd": "2", "afgewezen": "3"}[status],
                "wet": "bijzondere_bijstand" if number % 2 else None,
                "category": category,
                "form": None,
                "referrer": None,
                "application_date": None,
            }
            for number, (client, category, start, end, status) in enumerate(grants)
        ],
        "cssd_wvdos": [
            origin | {"besluit_key": f"{kind}{number}", "volgnr_ind": "1", "provision_key": f"{kind}p{number}"}
            for kind, count in (("b", len(facts)), ("g", len(grants)))
            for number in range(count)
        ],
        # what is paid for a grant is no care
        "cssd_szukhis": [
            origin | {"provision_key": f"bp{number}", "care_month": date(2023, month, 1), "amount": amount}
            for number, month, amount in payments
        ]
        + [origin | {"provision_key": "gp0", "care_month": date(2023, 1, 1), "amount": D(999)}],
    }

    from_flat = confidential.count(flat)
    coverage = "select * from registration.coverage order by all"
    covered = confidential.query(coverage)
    from_cssd = confidential.count(cssd)

    assert from_flat == from_cssd
    assert covered == confidential.query(coverage)
    assert cell(from_flat, "care", "standing_begin", "2023", wet="wmo") == 1
    assert cell(from_flat, "care", "standing_end", "2023", wet="wmo") == 2
    assert cell(from_flat, "toekenning", "grants", "2023", category="minimaregeling") == 12
    assert cell(from_flat, "toekenning", "grants", "2023", category="kindpakket") == 0
    assert cell(from_flat, "toekenning", "standing_end", "2023", category="loonkostensubsidie") == 1
    assert cell(from_flat, "wachttijd", "started", "2023", wet="jeugdwet") == 1
    assert cell(from_flat, "wachttijd", "started_in_norm", "2023", wet="jeugdwet") == 0


def test_a_corrected_file_takes_the_place_of_its_months_and_is_counted_once(confidential: Confidential) -> None:
    cells = confidential.count(
        {
            "original": [
                original("one", "2024-01-15", "2023"),
                original("two", "2024-02-15", "2023-H2"),
                original("stand", "2023-03-15"),
                original("youth", "2024-02-20", "2023", dataset="other"),
            ],
            "declaratieregel": [
                *every_month("a", 2023, "10.00"),
                *(line("a", f"2023-{month:02}", "20.00", "two") for month in range(7, 13)),
                line("b", "2023-08", "1.00", "two"),
                *every_month("c", 2023, "500.00", months=2, export="stand"),
                # another wet in a file of its own leaves the Wmo alone
                *every_month("d", 2023, "7.00", export="youth", wet="jeugdwet"),
            ],
        }
    )

    assert cell(cells, "care", "cost", "2023-H1", wet="wmo") == 60
    assert cell(cells, "care", "cost", "2023", wet="wmo") == 60 + 120 + 1
    assert cell(cells, "care", "clients", "2023", wet="wmo") == 2
    assert cell(cells, "care", "cost", "2023", wet="jeugdwet") == 84
    assert confidential.query(
        "select original_id, state, superseded_by from registration.file order by original_id"
    ) == [
        ("one", "partly_superseded", "two"),
        ("stand", "superseded", "one"),
        ("two", "serving", None),
        ("youth", "serving", None),
    ]


def test_an_unfinished_year_is_there_and_not_whole_and_a_gap_is_not_there(confidential: Confidential) -> None:
    cells = confidential.count(
        {
            "original": [
                original("one", "2023-01-15", "2022"),
                original("two", "2024-12-05", "2024"),
                original("gap", "2022-02-01", "2021"),
            ],
            "declaratieregel": [
                *every_month("a", 2022, "10.00", months=11),
                *every_month("a", 2024, "4.00", months=12, export="two"),
                *every_month("a", 2021, "3.00", export="gap"),
            ],
        }
    )

    assert confidential.query(
        "select period_id, covered_through, is_whole from registration.coverage where wet = 'wmo' order by 1"
    ) == [
        ("2021", date(2021, 12, 31), True),
        ("2021-H1", date(2021, 6, 30), True),
        ("2021-H2", date(2021, 12, 31), True),
        ("2022", date(2022, 11, 30), False),
        ("2022-H1", date(2022, 6, 30), True),
        ("2022-H2", date(2022, 11, 30), False),
        # December 2024 was not over when its file came in
        ("2024", date(2024, 11, 30), False),
        ("2024-H1", date(2024, 6, 30), True),
        ("2024-H2", date(2024, 11, 30), False),
    ]
    assert cell(cells, "care", "cost", "2024", wet="wmo") == 44
    assert cell(cells, "care", "cost_same_months", "2021", wet="wmo") == 33
    assert cell(cells, "care", "cost_same_months", "2022", wet="wmo") == 110
    assert cell(cells, "care", "cost_same_months", "2024", wet="wmo") == 44


def test_what_was_open_in_an_old_file_is_told_by_the_new_one(confidential: Confidential) -> None:
    """The file of 2023 knows a as in care without end; that of 2024 knows that it ended on the last day of January."""
    cells = confidential.count(
        {
            "original": [original("one", "2024-01-15", "2023"), original("two", "2025-01-15", "2024")],
            "beschikte_voorziening": [
                provision("a", "2020-01-01"),
                provision("b", "2023-12-31"),
                provision("c", "2019-01-01", "2022-12-31"),
                provision("x", "2023-12-01", status="afgewezen"),
                provision("a", "2020-01-01", "2024-01-31", "two"),
                provision("d", "2024-12-01", None, "two"),
            ],
        }
    )

    def flow(period: str) -> tuple[Decimal | None, ...]:
        return tuple(
            cell(cells, "care", measure, period, wet="wmo")
            for measure in ("standing_begin", "inflow", "outflow", "standing_end")
        )

    # c left on the last day of 2022, b is not in the file of 2024 any more
    assert flow("2023") == (2, 1, 1, 2)
    assert flow("2024") == (2, 1, 2, 1)
    assert cell(cells, "care", "clients", "2024", wet="wmo") == 2


def test_uitkeringen_end_and_return(confidential: Confidential) -> None:
    def uitkering(client: str, start: str, end: str | None) -> Row:
        return {
            "dataset_id": "export",
            "original_id": "one",
            "client_key": client,
            "category": "bijstand",
            "start_date": start,
            "end_date": end,
            "is_synthetic": True,
        }

    cells = confidential.count(
        {
            "original": [original("one", "2024-07-01")],
            "uitkering": [
                uitkering("first", "2015-01-01", "2021-01-15"),
                uitkering("a", "2020-01-01", "2022-03-31"),
                uitkering("a", "2022-04-01", "2022-09-30"),  # another category, no end between
                uitkering("a", "2023-09-30", None),
                uitkering("b", "2020-01-01", "2022-10-31"),
                uitkering("b", "2023-11-01", None),  # a day too late
                uitkering("c", "2020-01-01", "2023-05-01"),
                uitkering("c", "2023-05-20", None),
                uitkering("last", "2024-06-10", None),
            ],
            "inburgering": [
                {"dataset_id": "export", "original_id": "one", "client_key": client, "settlement_date": settled}
                for client, settled in (
                    ("early", "2018-06-01"),  # December 2021
                    ("b", "2019-05-15"),  # 15 November 2022, two weeks after the end
                    ("c", "2019-03-01"),  # 1 September 2022
                    ("late", "2021-01-05"),
                )
            ],
        }
    )

    assert cell(cells, "uitkering", "ended", "2022") == 2
    assert cell(cells, "uitkering", "returned", "2022") == 1
    assert cell(cells, "uitkering", "ended", "2023") == 1
    assert cell(cells, "uitkering", "returned", "2023") is None
    assert cell(cells, "uitkering", "returned", "2023-H1") == 1
    assert cell(cells, "uitkering", "standing_end", "2022") == 1
    assert cell(cells, "inburgering", "reached", "2022") == 2
    assert cell(cells, "inburgering", "left", "2022") == 1


YEARS = (2022, 2023)
MEMBERS: dict[str, tuple[str, ...]] = {
    "wet": ("wmo", "jeugdwet"),
    "category": ("hulp", "vervoer", "verblijf"),
    "form": ("ZIN", "PGB"),
    "referrer": ("gemeente", "huisarts"),
    "wijk": ("A", "B", "onbekend"),
}
DAYS = st.dates(date(YEARS[0] - 1, 6, 1), date(YEARS[-1] + 1, 3, 31))
CARE = st.fixed_dictionaries(
    {"client_key": st.sampled_from("abcdef")} | {name: st.sampled_from(members) for name, members in MEMBERS.items()}
)


@st.composite
def exports(draw: st.DrawFn) -> dict[str, list[Row]]:
    """A stand that holds every month of at least one wet, and up to three exports that overlap it at will."""
    periods = [None, *(str(year) for year in YEARS), *(f"{year}-H{half}" for year in YEARS for half in (1, 2))]
    files = [original("file0", draw(st.dates(date(2023, 10, 1), date(2024, 3, 31))).isoformat())]
    files += [
        original(f"file{number}", draw(DAYS).isoformat(), draw(st.sampled_from(periods)))
        for number in range(1, draw(st.integers(1, 4)))
    ]
    names = st.sampled_from([str(file["original_id"]) for file in files])
    wetten = draw(st.sets(st.sampled_from(MEMBERS["wet"]), min_size=1))
    dense = [
        line("a", f"{year}-{month:02}", "1.00", "file0", wet=wet)
        for wet in wetten
        for year, month in product(YEARS, range(1, 13))
    ]
    ended = [provision("f", "2020-01-01", "2022-01-15", "file0", wet=wet) for wet in wetten]
    amounts = st.decimals(-50, 500, places=2, allow_nan=False)
    lines = draw(st.lists(st.tuples(CARE, names, DAYS, amounts), min_size=1, max_size=40))
    provisions = draw(st.lists(st.tuples(CARE, names, DAYS, st.none() | st.integers(0, 500)), max_size=25))
    return {
        "original": files,
        "declaratieregel": dense
        + [
            line(care["client_key"], day.isoformat()[:7], str(amount), name, **care)
            for care, name, day, amount in lines
        ],
        "beschikte_voorziening": ended
        + [
            provision(
                care["client_key"],
                day.isoformat(),
                None if days is None else date.fromordinal(day.toordinal() + days).isoformat(),
                name,
                **care,
            )
            for care, name, day, days in provisions
        ],
        "client": [
            {"dataset_id": "export", "original_id": "file0", "client_key": "b", "wijk": "C", "is_synthetic": True}
        ],
    }


Group = dict[tuple[str, ...], dict[str, Decimal]]


def children(cells: Cells, dimension: int) -> Iterator[tuple[tuple[str, ...], dict[str, Decimal]]]:
    """Every cell that is the whole of a dimension, with the cells of its members."""
    found: Group = defaultdict(dict)
    for key, value in cells.items():
        if key[dimension] != WHOLE:
            found[(*key[:dimension], WHOLE, *key[dimension + 1 :])][key[dimension]] = value
    yield from found.items()


def check_identities(cells: Cells) -> None:
    standing = ("clients", "standing_begin", "standing_end")
    for dimension in range(2, 8):
        for key, parts in children(cells, dimension):
            if key not in cells:  # the whole of all wetten has no members of its own
                assert key[2] == WHOLE
                continue
            total = cells[key]
            if key[1] == "cost" or dimension in (6, 7):
                assert sum(parts.values()) == total, key
            elif key[1] in standing:
                assert max(parts.values()) <= total <= sum(parts.values()), key
            elif key[1] in ("inflow", "outflow"):  # who goes from one category to another comes and goes in neither
                assert total <= sum(parts.values()), key
    for key, value in cells.items():
        check_halves(cells, key, value)
        if key[1] == "standing_begin":
            names = ("inflow", "outflow", "standing_end")
            inflow, outflow, end = (cells[(key[0], name, *key[2:])] for name in names)
            assert value + inflow == outflow + end, key


def check_halves(cells: Cells, key: tuple[str, ...], value: Decimal) -> None:
    halves = [cells[k] for half in ("-H1", "-H2") if (k := (*key[:-1], key[-1] + half)) in cells]
    if not halves or "-" in key[-1] or key[6] != WHOLE or key[7] != WHOLE:
        return
    if key[1] == "cost":
        assert sum(halves) == value, key
    elif key[1] == "clients":
        assert max(halves) <= value <= sum(halves), key
    elif key[1] in ("inflow", "outflow"):  # who comes back within the year came and left in a half, not in the year
        assert value <= sum(halves), key
        assert (halves[0] if key[1] == "inflow" else halves[-1]) <= value, key
    elif key[1] == "standing_begin":
        assert halves[0] == value, key
    elif key[1] == "standing_end":
        assert halves[-1] == value, key


def newest(rows: dict[str, list[Row]], table: str, wet: str, month: date) -> str | None:
    """Who serves a month, reckoned anew: the newest file that speaks of it and has rows of the wet."""
    candidates = []
    for file in rows["original"]:
        own = [row for row in rows[table] if row["original_id"] == file["original_id"] and row["wet"] == wet]
        if own and first_month(file, own) <= month <= (file["last_day"] or received(file)):
            candidates.append(file)
    span = {None: 0, "2022": 1, "2023": 1}
    best = max(
        candidates,
        key=lambda f: (f["received_at"], span.get(f["period_id"], 2), f["original_id"]),
        default=None,
    )
    return best["original_id"] if best else None


def received(file: Row) -> date:
    return date.fromisoformat(file["received_at"][:10])


def first_month(file: Row, own: list[Row]) -> date:
    if file["first_day"]:
        return file["first_day"]
    return min(min(date.fromisoformat(row["care_month"]) for row in own), received(file).replace(day=1))


def lines_that_count(rows: dict[str, list[Row]]) -> Iterator[tuple[Row, date]]:
    files = {file["original_id"]: file for file in rows["original"]}
    for row in rows["declaratieregel"]:
        file = files[row["original_id"]]
        month = date.fromisoformat(row["care_month"])
        month = max(month, file["first_day"] or month)
        month = min(month, (file["last_day"] or received(file)).replace(day=1))
        if newest(rows, "declaratieregel", row["wet"], month) == row["original_id"]:
            yield row, month


def check_against_the_rows(confidential: Confidential, cells: Cells, rows: dict[str, list[Row]]) -> None:
    """Clients and cost reckoned anew from the rows, by the rule of the newest file alone."""
    known = confidential.query(
        "select wet, period_id, covered_from, covered_through from registration.reg_period "
        "where subject = 'care' and topic = 'use' and wet in (select wet from registration.reg_care_line)"
    )
    counted = list(lines_that_count(rows))
    for wet, period, start, end in known:
        held = [row for row, month in counted if row["wet"] == wet and start <= month <= end]
        assert cell(cells, "care", "clients", period, wet=wet) == len({row["client_key"] for row in held})
        assert cell(cells, "care", "cost", period, wet=wet) == sum(row["amount"] for row in held)
        for category in MEMBERS["category"]:
            clients = {row["client_key"] for row in held if row["category"] == category}
            assert (cell(cells, "care", "clients", period, wet=wet, category=category) or 0) == len(clients)


def check_every_member_in_every_period(cells: Cells) -> None:
    periods: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for key in cells:
        if key[1] in ("clients", "cost", "inflow"):
            periods[key[:-1]].add(key[-1])
    for key, found in periods.items():
        known = periods[(*key[:3], *[WHOLE] * 5)]
        is_told_of_years_only = key[1] == "inflow" and key[3] != WHOLE
        assert found == ({period for period in known if "-" not in period} if is_told_of_years_only else known), key


def check(confidential: Confidential, rows: dict[str, list[Row]]) -> None:
    cells = confidential.count(rows)
    check_identities(cells)
    check_against_the_rows(confidential, cells, rows)
    check_every_member_in_every_period(cells)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=exports())
def test_identities_hold_on_any_exports(confidential: Confidential, rows: dict[str, list[Row]]) -> None:
    check(confidential, rows)


@pytest.mark.long
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=exports())
def test_identities_hold_on_very_many_exports(confidential: Confidential, rows: dict[str, list[Row]]) -> None:
    check(confidential, rows)


@pytest.mark.long
def test_two_million_lines_are_counted_without_multiplying_them(confidential: Confidential) -> None:
    """About 20 s on two cores by itself; the limit is wide, for a machine that does more."""
    confidential.count({"original": [original("one", "2025-01-15")]})
    confidential.connection.execute(
        "insert into raw.declaratieregel (dataset_id, original_id, client_key, wet, category, form, referrer, wijk, "
        "care_month, amount, is_synthetic) select 'export', 'one', sha256(client::text), "
        "if(client % 3 = 0, 'jeugdwet', 'wmo'), 'c' || hash(i) % 10, if(i % 5 = 0, 'PGB', 'ZIN'), 'r' || client % 5, "
        "'w' || client % 20, date '2020-01-01' + to_months((hash(i, 1) % 60)::int), hash(i, 2) % 100000 / 100, true "
        "from (select i, hash(i, 3) % 20000 as client from range(2000000) as line (i))"
    )
    began = time.monotonic()
    confidential.run()
    seconds = time.monotonic() - began

    cells = confidential.cells()
    [(amount, clients)] = confidential.query(
        "select sum(amount), count(distinct client_key) from raw.declaratieregel where year(care_month) = 2024"
    )
    assert cell(cells, "care", "cost", "2024") == amount
    assert cell(cells, "care", "clients", "2024") == clients
    assert seconds < 240
