"""What the cells of a column look like, in words that tell nothing of a person: "9 cijfers", "datum dd-mm-jjjj".

Which column of a contract such cells may fill is judged by suggest.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from dagster_project.contracts import PERIOD
from dagster_project.extract import delimited
from dagster_project.extract.personal import passes_eleven_test

ShapeKind = Literal[
    "empty",
    "bsn",
    "email",
    "phone",
    "iban",
    "date",
    "month",
    "period",
    "region",
    "amount",
    "integer",
    "code",
    "fixed",
    "text",
    "free_text",
]
PERSONAL_KINDS = ("email", "phone", "iban", "free_text")
"""Shapes that are never read, whatever their header."""
DATE_FORMATS = ("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%m/%d/%Y")
_MOST = 0.9
_DATE_WORDS = {"%d": "dd", "%m": "mm", "%Y": "jjjj"}
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")
_BARE_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]")
_MONTH = re.compile(r"(?:19|20)[0-9]{2}-?(?:0[1-9]|1[0-2])")
_REGION = re.compile(r"(?:NL|PV|GM|WK|BU)[0-9]{2,8}")
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_PHONE = re.compile(r"(?:\+31|0031|0)[ \-]?[1-9](?:[ \-]?[0-9]){8}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{0,4}")
_DECIMAL = {
    ",": re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,[0-9]+)?"),
    ".": re.compile(r"-?[0-9]+(?:\.[0-9]+)?"),
}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/\-]{0,14}")
_NAME_WORDS = {
    "een naam": (
        "naam",
        "voornaam",
        "achternaam",
        "voorletters",
        "voorvoegsel",
        "tussenvoegsel",
        "roepnaam",
        "initialen",
    ),
    "een e-mailadres": ("email", "e mail", "mail", "mailadres", "emailadres"),
    "een telefoonnummer": ("telefoon", "telefoonnummer", "tel", "mobiel", "mobielnummer"),
    "een adres": ("adres", "straat", "straatnaam", "huisnummer", "postcode", "woonplaats"),
    "een rekeningnummer": ("iban", "rekening", "rekeningnummer"),
    "een geboortedatum": ("geboortedatum", "geboren", "geboortejaar"),
    "vrije tekst": ("opmerking", "opmerkingen", "toelichting", "notitie", "notities", "memo", "bijzonderheden"),
}
_PERSONS = ("client", "clienten", "klant", "achter", "voor", "partner", "geslachts", "contact", "volledige", "inwoner")


@dataclass(frozen=True)
class Shape:
    """What one column looks like."""

    kind: ShapeKind
    said: str
    """In Dutch, without any value."""
    filled: int
    distinct: int
    date_format: str | None = None
    decimal: str | None = None


def shape_of(cells: Sequence[str]) -> Shape:
    """The shape of a column of trimmed cells."""
    values = [cell for cell in cells if cell]
    kind, said, extra = _kind_of(values)
    return Shape(kind, said, len(values), len(set(values)), **extra)


def plain(header: str) -> str:
    """A header without case, accents and marks, its words with one space between them."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def personal_by_header(header: str) -> str | None:
    """What a header says its column holds, in Dutch, where that is a person's own; else None."""
    words = plain(header).split()
    for said, names in _NAME_WORDS.items():
        if any(word in names for word in words) or plain(header) in names:
            return said
    is_name = any(word.endswith("naam") and word.startswith(_PERSONS) for word in words)
    return "een naam" if is_name else None


def _kind_of(values: list[str]) -> tuple[ShapeKind, str, dict[str, str]]:
    if not values:
        return "empty", "leeg", {}
    fixed: tuple[tuple[ShapeKind, str, Callable[[str], object]], ...] = (
        ("email", "e-mailadres", _EMAIL.fullmatch),
        ("bsn", _digits(values) + ", elfproef klopt", _is_bsn),
        ("iban", "rekeningnummer", _IBAN.fullmatch),
        ("region", "regiocode", _REGION.fullmatch),
    )
    for kind, said, test in fixed:
        if _share(values, test) >= _MOST:
            return kind, said, {}
    dated = _date_format(values)
    if dated:
        return "date", f"datum {_spelt(dated)}", {"date_format": dated}
    if _share(values, _MONTH.fullmatch) >= _MOST:
        return "month", "maand jjjj-mm of jjjjmm", {}
    if _share(values, _is_period) >= _MOST:
        return "period", "periode, zoals 2024 of 2024-H1", {}
    if _share(values, _PHONE.fullmatch) >= _MOST:
        return "phone", "telefoonnummer", {}
    return _number(values) or _words(values)


def _number(values: list[str]) -> tuple[ShapeKind, str, dict[str, str]] | None:
    if all(value.isascii() and value.removeprefix("-").isdigit() for value in values):
        return "integer", _digits(values), {}
    for mark, word in ((",", "komma"), (".", "punt")):
        if _share(values, _DECIMAL[mark].fullmatch) >= _MOST:
            return "amount", f"bedrag of getal met een {word}", {"decimal": mark}
    return None


def _words(values: list[str]) -> tuple[ShapeKind, str, dict[str, str]]:
    distinct = len(set(values))
    is_repeated = distinct <= max(3, len(values) // 3) and distinct <= 100
    if _share(values, _CODE.fullmatch) >= _MOST and any(c.isdigit() for value in values for c in value):
        return "code", f"korte code, {distinct} verschillende", {}
    if is_repeated:
        return "fixed", f"vaste tekst, {distinct} verschillende", {}
    if sum(map(len, values)) / len(values) > 25 or sum(value.count(" ") for value in values) / len(values) >= 3:
        return "free_text", "vrije tekst", {}
    return "text", "tekst", {}


def _share(values: list[str], test: Callable[[str], object]) -> float:
    return sum(bool(test(value)) for value in values) / len(values)


def _is_bsn(value: str) -> bool:
    digits = value.zfill(9)
    return value.isascii() and value.isdigit() and len(value) in (8, 9) and passes_eleven_test(digits)


def _is_period(value: str) -> bool:
    return PERIOD.fullmatch(value) is not None and value.startswith(("19", "20"))


def _digits(values: list[str]) -> str:
    lengths = {len(value.removeprefix("-")) for value in values}
    return f"{min(lengths)} cijfers" if len(lengths) == 1 else f"{min(lengths)} tot {max(lengths)} cijfers"


def _date_format(values: list[str]) -> str | None:
    if _share(values, _ISO.fullmatch) >= _MOST:
        return "%Y-%m-%d"
    if _share(values, _BARE_DATE.fullmatch) >= _MOST:
        return "%Y%m%d"
    shares = {one: sum(delimited.parse_date(text, one) is not None for text in values) for one in DATE_FORMATS}
    best = max(DATE_FORMATS, key=lambda one: shares[one])  # of equals the first: days go before months here
    return best if shares[best] >= _MOST * len(values) else None


def _spelt(date_format: str) -> str:
    for mark, word in _DATE_WORDS.items():
        date_format = date_format.replace(mark, word)
    return date_format
