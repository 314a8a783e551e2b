"""What the newsletter prints of Borger-Odoorn, typed over, and the made-up exports counted by plain Python.

Source: Nieuwsbrief sociaal domein 5, gemeente Borger-Odoorn, December 2022: appendix 1, part 4 (Wmo, thousands of
euros, 2022 to November) and appendix 2, part 5 (Jeugdhulp in kind, euros). The second header of the Wmo table reads
2018 and stands for 2020. Nothing here comes from the product.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

YEARS = (2019, 2020, 2021, 2022)
WMO = {
    "Begeleiding": ((380, 2_720_000), (362, 2_286_000), (377, 2_240_000), (336, 1_342_000)),
    "HH": ((954, 2_259_000), (990, 2_531_000), (1050, 2_937_000), (1052, 2_586_000)),
    "Rolstoelen": ((311, 198_000), (305, 242_000), (294, 240_000), (284, 197_000)),
    "Vervoer": ((258, 218_000), (281, 255_000), (289, 290_000), (294, 365_000)),
    "Wonen": ((85, 102_000), (99, 256_000), (122, 207_000), (109, 128_000)),
}
WMO_TOTAL = ((1553, 5_496_000), (1584, 5_569_000), (1622, 5_914_000), (1584, 4_518_000))
WMO_TRUE_2022 = 4_618_000
"""What the printed categories of 2022 add up to, and the printed total does not."""
JEUGD: dict[str, tuple[tuple[int | None, int | None], ...]] = {
    "Begeleiding": ((56, 383_367), (61, 416_215), (100, 573_245), (82, 281_629)),
    "Bijzonder gecontracteerde zorg": ((16, 169_053), (27, 258_913), (35, 245_520), (31, 491_888)),
    "Crisis": ((None, None), (None, 111_453), (15, 88_974), (None, 26_007)),
    "Dagbesteding/dagbehandeling": ((30, 316_381), (36, 324_175), (39, 642_860), (39, 424_975)),
    "Dyslexie": ((64, 165_646), (53, 95_760), (50, 97_634), (57, 82_906)),
    "Gezinsbehandeling": ((152, 1_003_975), (111, 717_960), (106, 622_282), (73, 475_829)),
    "GI": ((103, 555_072), (109, 716_133), (119, 780_921), (74, 432_455)),
    "Individuele behandeling": ((390, 1_054_528), (407, 1_508_458), (424, 1_743_339), (374, 1_176_626)),
    "Verblijf": ((90, 1_860_933), (103, 2_250_478), (105, 2_609_289), (52, 1_042_225)),
    "Vervoer": ((None, None), (None, 2_575), (None, None), (11, 6_370)),
}
"""– in the print is None."""
JEUGD_TOTAL = ((649, 5_508_955), (638, 6_402_122), (676, 7_414_380), (597, 4_440_909))
JEUGD_ROUNDING = (0, 2, 0, -1)
"""Euros per year by which the printed total differs from its printed categories: each is rounded by itself."""
BLANK_BY_DIFFERENCE = {("Crisis", 2019): 0, ("Vervoer", 2019): 0, ("Vervoer", 2021): 10_316}
"""Cells that are blank in the print, and the euros that the total leaves for them."""

Printed = dict[tuple[str, str, int, str], int]
"""(wet, category or `totaal`, year, clients or cost) to the figure as printed."""


def printed() -> Printed:
    """Every printed figure."""
    found: Printed = {}
    for wet, table in (("wmo", WMO | {"totaal": WMO_TOTAL}), ("jeugdwet", JEUGD | {"totaal": JEUGD_TOTAL})):
        for category, cells in table.items():
            for year, (clients, cost) in zip(YEARS, cells, strict=True):
                found |= {(wet, category, year, "clients"): clients} if clients is not None else {}
                found |= {(wet, category, year, "cost"): cost} if cost is not None else {}
    return found


@dataclass(frozen=True, order=True)
class Paid:
    """One line of money, as an export tells it."""

    bsn: str
    besluit: str
    code: str
    form: str
    referrer: str
    wijk: str
    month: date
    amount: Decimal


@dataclass(frozen=True, order=True)
class Decided:
    """One provision, as an export tells it."""

    bsn: str
    besluit: str
    code: str
    form: str
    referrer: str
    wijk: str
    application: date
    start: date
    end: date
    """The last day of the calendar where it is open."""
    status: str


def is_bsn(number: str) -> bool:
    """The elfproef."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return len(number) == 9 and sum(w * int(d) for w, d in zip(weights, number, strict=True)) % 11 == 0


def rows_of(path: Path, *, delimiter: str, encoding: str) -> Iterator[list[str]]:
    """The rows of a file as they stand there, the header first."""
    with path.open(encoding=encoding, newline="") as stream:
        yield from csv.reader(stream, delimiter=delimiter)


def flat_rows(folder: Path, what: str) -> Iterator[list[str]]:
    """The rows of all flat exports of a kind, without their header, faulty ones too."""
    for path in sorted(folder.glob(f"*zorg_{what}_*.csv")):
        _, *rows = rows_of(path, delimiter=";", encoding="cp1252")
        yield from rows


def dutch_day(text: str) -> date | None:
    """A day, or None where there is no such day."""
    try:
        return date(int(text[6:]), int(text[3:5]), int(text[:2]))
    except ValueError:
        return None


def decided_in_flat(folder: Path, codes: Iterable[str]) -> list[Decided]:
    """The sound provisions of the flat exports, each once: one that ran in several years stands in several."""
    known = set(codes)
    found = set()
    for bsn, _, _, besluit, code, form, referrer, wijk, asked, began, ended, status, _, _ in flat_rows(
        folder, "voorzieningen"
    ):
        application, start, end = dutch_day(asked), dutch_day(began), dutch_day(ended) if ended else date.max
        if application and start and end and start <= end and code in known and is_bsn(bsn):
            found.add(Decided(bsn, besluit, code, form, referrer, wijk, application, start, end, status))
    return sorted(found)


def paid_in_flat(folder: Path, codes: Iterable[str]) -> list[Paid]:
    """The sound lines of money of the flat exports."""
    known = set(codes)
    decisions = {row[3] for row in flat_rows(folder, "voorzieningen")}
    found = []
    for row in flat_rows(folder, "declaraties"):
        bsn, _, _, besluit, code, form, referrer, wijk, month_text, amount_text, *_ = row
        month = dutch_day(month_text)
        is_whole = len(row) == 12 and month is not None and amount_text != ""
        if is_whole and month and is_bsn(bsn) and code in known and besluit in decisions and amount_text[0] != "-":
            amount = Decimal(amount_text.replace(",", "."))
            found.append(Paid(bsn, besluit, code, form, referrer, wijk, month, amount))
    return sorted(found)


def dump_rows(folder: Path, table: str) -> Iterator[list[str]]:
    """The rows of one table of all dumps, without their header."""
    for path in sorted(folder.glob(f"*cssd_*/{table}.csv")):
        _, *rows = rows_of(path, delimiter=",", encoding="utf-8")
        yield from rows


def _iso_day(text: str) -> date:
    return datetime.fromisoformat(text).date()


def decided_in_dumps(folder: Path) -> list[Decided]:
    """The provisions of the table dumps, each once."""
    wijken = {row[0]: row[2] for row in dump_rows(folder, "szclient")}
    return sorted(
        {
            Decided(
                *(bsn, besluit, code, form, referrer, wijken[bsn], _iso_day(asked), _iso_day(began)),
                *(_iso_day(ended) if ended else date.max, status),
            )
            for besluit, _, bsn, began, ended, _, status, code, referrer, form, asked, _ in dump_rows(folder, "wvind_b")
        }
    )


def paid_in_dumps(folder: Path) -> list[Paid]:
    """The payments of the table dumps, by way of wvdos and wvind_b."""
    decided = {provision.besluit: provision for provision in decided_in_dumps(folder)}
    besluit_of = {uniek: besluit for besluit, _, uniek, *_ in dump_rows(folder, "wvdos")}
    found = []
    for uniek, amount, report, _ in dump_rows(folder, "szukhis"):
        of = decided[besluit_of[uniek]]
        month = date(int(report[:4]), int(report[4:6]), 1)
        found.append(Paid(of.bsn, of.besluit, of.code, of.form, of.referrer, of.wijk, month, Decimal(amount)))
    return sorted(found)


def counted(paid: Iterable[Paid], products: dict[str, tuple[str, str]]) -> dict[tuple[str, str, int, str], Decimal]:
    """Unique clients and euros per wet, category (and `totaal`) and year; of the Jeugdwet only care in kind."""
    persons: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    euros: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
    for line in paid:
        wet, category = products[line.code]
        if wet == "wmo" or line.form == "ZIN":
            for key in ((wet, category, line.month.year), (wet, "totaal", line.month.year)):
                persons[key].add(line.bsn)
                euros[key] += line.amount
    return {(*key, "clients"): Decimal(len(who)) for key, who in persons.items()} | {
        (*key, "cost"): amount for key, amount in euros.items()
    }
