"""Made-up exports in the shapes that municipalities deliver, for the tests of mappings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

PERSONS = ("Jansen", "De Vries", "Oude Elferink")
REMARK = "belt altijd om negen uur en wil graag hulp van de buurvrouw"


def bsn(chance: random.Random) -> str:
    """Nine digits that pass the elfproef."""
    while True:
        digits = [chance.randint(1, 9), *(chance.randint(0, 9) for _ in range(7))]
        check = sum((9 - place) * digit for place, digit in enumerate(digits)) % 11
        if check < 10:
            return "".join(map(str, [*digits, check]))


def provisions(n: int = 200, codes: Sequence[str] = ("01", "02", "07", "ZZ99")) -> list[list[object]]:
    """BSN, name, code, begin, end, number of the beschikking, form, referrer, wijk, e-mail and remark of n rows."""
    chance = random.Random(5)  # noqa: S311 - made-up rows, the same every time
    rows: list[list[object]] = []
    for number in range(n):
        begin = date(2024, 1, 1) + timedelta(days=chance.randint(0, 300))
        person = [bsn(chance), chance.choice(PERSONS)]
        provision = [chance.choice(codes), begin, None if number % 2 else begin + timedelta(days=30), 5000 + number]
        way = [chance.choice(["ZIN", "PGB"]), chance.choice(["huisarts", "gemeente", "Dr. Pietersen"])]
        rows.append([*person, *provision, *way, chance.choice(["Noord", "Zuid"]), "a.jansen@voorbeeld.nl", REMARK])
    return rows


def as_text(headers: Sequence[str], rows: Sequence[Sequence[object]], delimiter: str, date_format: str) -> str:
    """Rows as delimited text."""

    def written(cell: object) -> str:
        if isinstance(cell, date):
            return cell.strftime(date_format)
        return "" if cell is None else str(cell)

    return "\n".join(delimiter.join(map(written, row)) for row in [list(headers), *rows]) + "\n"
