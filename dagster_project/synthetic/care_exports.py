"""Made-up care as a municipality exports it: flat files per year, and the same facts as table dumps of CSSD.

The flat files hold what must never be read (names, e-mail, free text with numbers in it), and a handful of rows that
cannot be right and change nothing in what is true. The export of a year holds the provisions that ran in it, so that a
long one stands in several, and what was turned down in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from dagster_project.extract.incoming import SYNTHETIC_PREFIX
from dagster_project.extract.personal import passes_eleven_test
from dagster_project.synthetic.borger_odoorn import PRODUCTS, YEARS, facts
from dagster_project.synthetic.care import Payment, Person, Provision
from dagster_project.synthetic.writing import dutch_date, iso_stamp, settle, write_table

FAULTY_YEAR = 2021
"""The flat exports of this year hold the rows that cannot be right."""
UNKNOWN_PRODUCT = "X9999"
_NO_BESLUIT = 9_999_999
_TEXT_EVERY = 40
"""Every so many rows have something in the free text."""

_PROVISION_HEADER = [
    "BSN",
    "Naam",
    "E-mail",
    "Beschikkingnummer",
    "Productcode",
    "Leveringsvorm",
    "Verwijzer",
    "Wijk",
    "Aanvraagdatum",
    "Begindatum",
    "Einddatum",
    "Status",
    "Toelichting",
]
_PAYMENT_HEADER = [
    "BSN",
    "Naam",
    "E-mail",
    "Beschikkingnummer",
    "Productcode",
    "Leveringsvorm",
    "Verwijzer",
    "Wijk",
    "Zorgmaand",
    "Bedrag",
    "Toelichting",
]

Export = Callable[[Path], None]
Row = list[object]


def flat_exports() -> dict[str, Export]:
    """Name of each flat export to the function that writes it at a path: two files per year."""
    return {
        f"{SYNTHETIC_PREFIX}_zorg_{what}_{year}.csv": partial(write, year)
        for year in YEARS
        for what, write in (("voorzieningen", _write_provisions), ("declaraties", _write_payments))
    }


def cssd_exports() -> dict[str, Export]:
    """Name of each table dump to the function that writes it as a folder: one folder per year."""
    return {f"{SYNTHETIC_PREFIX}_cssd_{year}": partial(_write_dump, year) for year in YEARS}


def _provisions_of(year: int) -> list[Provision]:
    return [provision for provision in facts().provisions if year in _years_of(provision)]


def _years_of(provision: Provision) -> range:
    """The years of whose exports it is part: those in which it runs, or that in which it was turned down."""
    last = provision.end.year if provision.end else YEARS[-1]
    return range(provision.start.year, (last if provision.is_granted else provision.start.year) + 1)


def _payments_of(year: int) -> list[Payment]:
    return [payment for payment in facts().payments if payment.month.year == year]


def _write_provisions(year: int, path: Path) -> None:
    provisions = _provisions_of(year)
    rows = [_provision_row(provision) for provision in provisions]
    if year == FAULTY_YEAR:
        rows += _faulty_provisions(provisions)
    write_table(path, _PROVISION_HEADER, rows, delimiter=";", encoding="cp1252")


def _write_payments(year: int, path: Path) -> None:
    payments = _payments_of(year)
    rows = [_payment_row(payment, place) for place, payment in enumerate(payments)]
    if year == FAULTY_YEAR:
        rows += _faulty_payments(payments)
    write_table(path, _PAYMENT_HEADER, rows, delimiter=";", encoding="cp1252")


def _who(person: Person) -> Row:
    return [person.bsn, person.name, f"{person.name.replace(' ', '.').replace('ë', 'e').lower()}@voorbeeld.invalid"]


def _what(provision: Provision) -> Row:
    return [provision.besluit, provision.product, provision.form, provision.referrer, provision.person.wijk]


def _told(person: Person, place: int) -> str:
    """Free text as it comes: with a name, a number and the delimiter in it."""
    return "" if place % _TEXT_EVERY else f"Gebeld met {person.name}; gaf BSN {person.bsn} door"


def _provision_row(provision: Provision) -> Row:
    return [
        *_who(provision.person),
        *_what(provision),
        dutch_date(provision.application),
        dutch_date(provision.start),
        dutch_date(provision.end),
        provision.status,
        _told(provision.person, provision.besluit),
    ]


def _payment_row(payment: Payment, place: int) -> Row:
    person = payment.provision.person
    month, amount = dutch_date(payment.month), _euros(payment, ",")
    return [*_who(person), *_what(payment.provision), month, amount, _told(person, place)]


def _euros(payment: Payment, point: str) -> str:
    return f"{payment.cents // 100}{point}{payment.cents % 100:02d}"


def _with(row: Row, header: Sequence[str], **cells: object) -> Row:
    """A copy of a row with other cells under the headers named."""
    changed = dict(zip(header, row, strict=True)) | cells
    return list(changed.values())


def _faulty_provisions(provisions: Sequence[Provision]) -> Iterator[Row]:
    """An end before its start, a day that does not exist, a code that nobody knows, a number that is no BSN."""
    like = [
        _provision_row(replace(provision, besluit=_NO_BESLUIT - 10 - place))
        for place, provision in enumerate(provisions[:4])
    ]
    yield _with(like[0], _PROVISION_HEADER, Begindatum="15-06-2021", Einddatum="14-05-2021")
    yield _with(like[1], _PROVISION_HEADER, Begindatum="31-02-2021", Einddatum="")
    yield _with(like[2], _PROVISION_HEADER, Productcode=UNKNOWN_PRODUCT)
    yield _with(like[3], _PROVISION_HEADER, BSN=_no_bsn(provisions[3].person))


def _faulty_payments(payments: Sequence[Payment]) -> Iterator[Row]:
    """Two of less than nothing, two of decisions that nobody took, and one each of what else goes wrong."""
    like = [_payment_row(payment, 1) for payment in payments[:9]]
    yield _with(like[0], _PAYMENT_HEADER, Bedrag="-125,00")
    yield _with(like[1], _PAYMENT_HEADER, Bedrag="-0,01")
    yield _with(like[2], _PAYMENT_HEADER, Beschikkingnummer=_NO_BESLUIT)
    yield _with(like[3], _PAYMENT_HEADER, Beschikkingnummer=_NO_BESLUIT - 1)
    yield _with(like[4], _PAYMENT_HEADER, Productcode=UNKNOWN_PRODUCT)
    yield _with(like[5], _PAYMENT_HEADER, Zorgmaand="30-02-2021")
    yield _with(like[6], _PAYMENT_HEADER, BSN=_no_bsn(payments[6].provision.person))
    yield _with(like[7], _PAYMENT_HEADER, Bedrag="")
    yield [*like[8], "een cel te veel"]


def _no_bsn(person: Person) -> str:
    """A number beside somebody's that fails the test of a BSN."""
    number = int(person.bsn) + 1
    return str(number if not passes_eleven_test(str(number)) else number + 1)


def _write_dump(year: int, folder: Path) -> None:
    folder.mkdir()
    provisions = _provisions_of(year)
    persons = {provision.person.bsn: provision.person for provision in provisions}
    tables: dict[str, tuple[list[str], Iterable[Sequence[object]]]] = {
        "szclient": (["clientnr", "ind_gezag", "wijk"], ((bsn, "", persons[bsn].wijk) for bsn in sorted(persons))),
        "wvbesl": (["besluitnr", "clientnr"], ((p.besluit, p.person.bsn) for p in provisions)),
        "wvind_b": (
            [
                *("besluitnr", "volgnr_ind", "clientnr", "dd_begin", "dd_eind", "volume", "status_indicatie"),
                *("kode_regeling", "verwijzer", "leveringsvorm", "aanmelddatum"),
            ],
            (_indication(provision) for provision in provisions),
        ),
        "szregel": (
            ["kode_regeling", "omschryving"],
            ((code, category) for code, (_, category) in PRODUCTS.items()),
        ),
        "wvdos": (
            ["besluitnr", "volgnr_ind", "uniek", "kode_reden_einde_voorz"],
            ((p.besluit, 1, _dossier(p), "EINDE" if p.end else "") for p in provisions),
        ),
        "szukhis": (
            ["uniekwvdos", "bedrag", "verslagnr"],
            ((_dossier(p.provision), _euros(p, "."), f"{p.month:%Y%m}01") for p in _payments_of(year)),
        ),
        "abc_refcod": (
            ["code", "domein", "omschrijving"],
            [
                ("toegekend", "STATUS_INDICATIE", "Toegekend"),
                ("afgewezen", "STATUS_INDICATIE", "Afgewezen"),
                ("EINDE", "REDEN_EINDE_VOORZ", "Einde looptijd"),
            ],
        ),
    }
    for table, (header, rows) in tables.items():
        write_table(folder / f"{table}.csv", header, rows, delimiter=",", encoding="utf-8")
    settle(folder)


def _indication(provision: Provision) -> Sequence[object]:
    return (
        *(provision.besluit, 1, provision.person.bsn, iso_stamp(provision.start), iso_stamp(provision.end), 1),
        *(provision.status, provision.product, provision.referrer, provision.form, iso_stamp(provision.application)),
    )


def _dossier(provision: Provision) -> int:
    """Number of the provision as the payments name it, another than that of its decision."""
    return provision.besluit + 4_000_000
