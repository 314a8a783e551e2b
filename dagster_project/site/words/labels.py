"""Dutch words, numbers, dates and periods as the pages write them.

What belongs here: the words for one value, code or moment. What does not: whole sentences about an objective or an
indicator (`objectives.py`, `indicators.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NBSP = "\u00a0"
MINUS = "\u2212"
_MONTHS = tuple(
    "januari februari maart april mei juni juli augustus september oktober november december".split()  # noqa: SIM905
)
_MOST_DECIMALS = 2
_UNITS_LEFT_UNSAID = {"", "aantal", "verhouding"}
_DUTCH_MARKS = str.maketrans({",": ".", ".": ",", "-": MINUS})


@dataclass(frozen=True)
class Verdict:
    """How one verdict is shown.

    Attributes:
        text: the words of the verdict, as the tables hold them.
        tone: ok, warning, error, info or neutral: the colours of the badge.
        icon: id of the icon in the page, so that colour never stands alone.
        is_measured: whether a measurement was held against the target.
        verb_one, verb_many, rest: how the summary speaks: `ligt`, `liggen`, `op koers`.
        meaning: one line for the legend.
    """

    text: str
    tone: str
    icon: str
    is_measured: bool
    verb_one: str
    verb_many: str
    rest: str
    meaning: str

    @property
    def counted(self) -> str:
        """The words behind a number of objectives: 3 `nog open`, for `3 doel nog open` is no Dutch."""
        return self.text.removeprefix("doel ")


_ALL_VERDICTS = (
    Verdict("behaald", "ok", "vink", True, "is", "zijn", "behaald", "De laatste meting haalt het doel."),
    Verdict(
        "op koers", "ok", "stijgend", True, "ligt", "liggen", "op koers", "Snel genoeg om het doel op tijd te halen."
    ),
    Verdict(
        "op de grens",
        "warning",
        "grens",
        True,
        "ligt",
        "liggen",
        "op de grens",
        "Door afronding is niet zeker of het doel is gehaald.",
    ),
    Verdict(
        "achter op schema",
        "warning",
        "klok",
        True,
        "loopt",
        "lopen",
        "achter op schema",
        "De goede kant op, maar te langzaam.",
    ),
    Verdict(
        "ver achter",
        "error",
        "uitroep",
        True,
        "loopt",
        "lopen",
        "ver achter",
        "Nog maar weinig dichter bij het doel dan aan het begin.",
    ),
    Verdict(
        "verkeerde richting",
        "error",
        "terug",
        True,
        "gaat",
        "gaan",
        "de verkeerde kant op",
        "Verder van het doel dan aan het begin.",
    ),
    Verdict(
        "geen nieuwe meting",
        "info",
        "wacht",
        False,
        "wacht",
        "wachten",
        "op een nieuwe meting",
        "Na het begin is nog niet opnieuw gemeten.",
    ),
    Verdict(
        "geen nulmeting",
        "neutral",
        "leeg",
        False,
        "heeft",
        "hebben",
        "nog geen eerste meting",
        "Er is nog nooit gemeten.",
    ),
    Verdict(
        "doel nog open",
        "neutral",
        "vraag",
        False,
        "moet",
        "moeten",
        "nog worden ingevuld",
        "De gemeente heeft het doel nog niet in een getal vastgelegd.",
    ),
    Verdict(
        "niet meetbaar",
        "neutral",
        "tekst",
        False,
        "is",
        "zijn",
        "niet in een cijfer te vangen",
        "Dit doel wordt in woorden gevolgd.",
    ),
)
VERDICTS: dict[str, Verdict] = {verdict.text: verdict for verdict in _ALL_VERDICTS}
DEVIATING = ("verkeerde richting", "ver achter", "achter op schema")
"""The verdicts that ask for a telling in every edition, the gravest first."""

NOT_IN_SOURCE = "niet in bron"
"""What stands where the document of a plan is silent."""


@dataclass(frozen=True)
class CharacteristicWords:
    """How a characteristic of a gemeente is written: above a column, in a sentence, and in how many decimals."""

    heading: str
    words: str
    decimals: int


CHARACTERISTICS = {
    "inhabitants": CharacteristicWords("Inwoners", "het aantal inwoners", 0),
    "address_density": CharacteristicWords(
        "Adressen per km²", "de dichtheid van adressen in de omgeving (stedelijkheid)", 0
    ),
    "share_0_14": CharacteristicWords("0 tot 15 jaar, %", "het aandeel inwoners tot 15 jaar", 1),
    "share_65plus": CharacteristicWords("65 jaar en ouder, %", "het aandeel inwoners van 65 jaar en ouder", 1),
    "income_per_inhabitant": CharacteristicWords("Inkomen per inwoner, € × 1.000", "het inkomen per inwoner", 1),
}
"""The characteristics of dim_region_profile, in the order in which the page shows them."""

ABSENCES = {
    "impossible": "kan niet voorkomen",
    "unknown": "onbekend",
    "suppressed": "te klein om te tonen",
    "not_available": "niet beschikbaar",
    "not_collected": "niet gemeten",
}
VALUE_STATUSES = {"provisional": "voorlopig", "revised": "herzien"}
RHYTHMS = {
    "monthly": "elke maand",
    "quarterly": "elk kwartaal",
    "half-yearly": "elk half jaar",
    "yearly": "elk jaar",
    "per school year": "elk schooljaar",
    "4-yearly": "elke 4 jaar",
    "irregular": "onregelmatig",
}
TROUBLES = {
    "unreachable": "onbereikbaar",
    "vanished": "bij de uitgever niet meer te vinden",
    "unsound": "een nieuwere stand is apart gelegd",
}
"""Why a table's last attempt failed; "sinds" and a day follow."""

ORIGINS = {"wire": "rechtstreeks opgehaald", "file": "aangeleverd bestand", "reconstructed": "gereconstrueerd"}


def verdict_of(status: str) -> Verdict:
    """The verdict of a status.

    Raises:
        ValueError: the table holds a status that the pages have no words for.
    """
    try:
        return VERDICTS[status]
    except KeyError:
        raise ValueError(
            f"fct_objective_attainment holds status {status!r}; the page knows {', '.join(VERDICTS)}."
        ) from None


def absence_words(absence: str | None) -> str:
    """Why a value is not there; never a blank, never a zero."""
    return ABSENCES.get(absence or "unknown", "onbekend")


def number(value: float | Decimal, decimals: int | None = None) -> str:
    """A number as Dutch prints it: `1.754`, `48,1`, `−0,3`. Halves go away from zero.

    Args:
        value: the number.
        decimals: how many to show; None shows what the number has, two at most.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    places = decimals if decimals is not None else min(_decimals_of(exact), _MOST_DECIMALS)
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded + 0:,.{places}f}".translate(_DUTCH_MARKS)


def exact_number(value: float, decimals: int | None) -> str:
    """As `number`, with one decimal more where rounding would move a limit: 195,2 does not become 195."""
    if decimals is None:
        return number(value)
    needed = _decimals_of(Decimal(repr(round(float(value), 6))))
    return number(value, max(decimals, min(needed, decimals + 1)))


def computed_number(value: float, unit: str | None, decimals: int | None) -> str:
    """A computed value: a percentage with one decimal more, so that it is told from a target; never half a person."""
    return exact_number(value, decimals) if unit == "%" else number(value, decimals or 0)


def with_unit(text: str, unit: str | None) -> str:
    """A written number with its unit: `48,1 %`, `€ 1.234`, `214,4 per 10.000 inwoners`; a bare count has none."""
    first, _, rest = (unit or "").strip().partition(" ")
    if first.lower() in _UNITS_LEFT_UNSAID:
        return text
    if first.lower() in {"€", "euro"}:
        return f"€{NBSP}{text} {rest}".rstrip()
    return f"{text}{NBSP}{first} {rest}".rstrip()


def euro(amount_in_euro: Decimal | None) -> str:
    """An amount in whole euros: `€ 1.234.567`, `−€ 1.234`; or that the source does not say."""
    if amount_in_euro is None:
        return NOT_IN_SOURCE
    written = number(amount_in_euro, 0)
    digits = written.removeprefix(MINUS)
    return f"{MINUS if digits != written else ''}{with_unit(digits, '€')}"


def difference(value: float, unit: str | None, decimals: int | None) -> str:
    """By how much two values differ, without a sign: a difference in percentages is in percentage points."""
    return with_unit(exact_number(abs(value), decimals), "procentpunt" if unit == "%" else unit)


def chance(probability: float) -> str:
    """A chance in words: `ongeveer 62 %`, `minder dan 1 %`, `meer dan 99 %`; never 0 or 100."""
    percentage = number(probability * 100, 0)
    if percentage in {"0", "100"}:
        return f"minder dan 1{NBSP}%" if percentage == "0" else f"meer dan 99{NBSP}%"
    return f"ongeveer {percentage}{NBSP}%"


def _decimals_of(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def amount(value: float | None, unit: str | None, decimals: int | None, absence: str | None = None) -> str:
    """A value with its unit, or the reason why there is none."""
    return absence_words(absence) if value is None else with_unit(number(value, decimals), unit)


def exact_amount(value: float | None, unit: str | None, decimals: int | None, absence: str | None = None) -> str:
    """A value as it was measured, with its unit, or the reason why there is none; money stays in its own decimals."""
    if value is None or unit == "€":
        return amount(value, unit, decimals, absence)
    return with_unit(exact_number(value, decimals), unit)


def computed_amount(value: float, unit: str | None, decimals: int | None) -> str:
    """A computed value with its unit."""
    return with_unit(computed_number(value, unit, decimals), unit)


def day(moment: date) -> str:
    """`31 december 2024`."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def amsterdam(moment: datetime) -> datetime:
    """A UTC moment, with or without its time zone written, as the clock in Amsterdam shows it."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(AMSTERDAM)


def moment_words(moment: datetime) -> str:
    """`15 april 2025, 08:12 uur`, Amsterdam time."""
    local = amsterdam(moment)
    return f"{day(local)}, {local:%H:%M} uur"


@dataclass(frozen=True)
class Period:
    """One period: its words, its sort (year, half-year, ...) and where it lies, in decimal years."""

    words: str
    period_type: str
    start: float
    end: float


_PERIOD_FORMS = {
    "year": re.compile(r"^(\d{4})$"),
    "half-year": re.compile(r"^(\d{4})-H([12])$"),
    "quarter": re.compile(r"^(\d{4})-Q([1-4])$"),
    "month": re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$"),
    "school-year": re.compile(r"^(\d{4})/(\d{4})$"),
}
_PARTS_OF_YEAR = {"year": 1, "half-year": 2, "quarter": 4, "month": 12, "school-year": 1}
_FIRST_OF_AUGUST = 7 / 12


def read_period(period_id: str) -> Period | None:
    """The period of a `period_id` of dim_period, or None for a form that it does not have."""
    for period_type, form in _PERIOD_FORMS.items():
        if match := form.match(period_id):
            year, *rest = match.groups()
            parts = _PARTS_OF_YEAR[period_type]
            offset = _FIRST_OF_AUGUST if period_type == "school-year" else (int(rest[0]) - 1) / parts if rest else 0.0
            return Period(
                _period_words(period_type, year, *rest), period_type, int(year) + offset, int(year) + offset + 1 / parts
            )
    return None


def _period_words(period_type: str, year: str, part: str = "") -> str:
    match period_type:
        case "half-year":
            return f"{part}e helft {year}"
        case "quarter":
            return f"{part}e kwartaal {year}"
        case "month":
            return f"{_MONTHS[int(part) - 1]} {year}"
        case "school-year":
            return f"schooljaar {year}/{part}"
    return year


def period(period_id: str | None) -> str:
    """A period in words: `2023`, `2e helft 2023`, `juni 2023`, `schooljaar 2022/2023`."""
    if not period_id:
        return "onbekend"
    known = read_period(period_id)
    return known.words if known else period_id


def period_end(period_id: str | None) -> float:
    """When a period ends, in decimal years; a period without a known form comes first."""
    known = read_period(period_id or "")
    return known.end if known else 0.0


def rhythm(code: str | None) -> str:
    """How often is measured, in Dutch; words of the municipality's own stay as they are."""
    return RHYTHMS.get(code or "", code or "onbekend")


_SORT_OF_PLACE = re.compile(r" \((PV|gemeente)\)$")


def place(name: str) -> str:
    """The name of a region without the sort that CBS adds where two share it: `Utrecht (PV)` is `Utrecht`."""
    return _SORT_OF_PLACE.sub("", name)


def enumeration(parts: list[str]) -> str:
    """`a`, `a en b`, `a, b en c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} en {parts[-1]}"
