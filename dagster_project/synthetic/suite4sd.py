"""Made-up exports of Heemskerk: grants from Suite4Sociaal Domein, flat and as table dump, and the Divosa benchmark.

They hold what the demo tells: so many grants a year and so many persons with loonkostensubsidie. Care with provisions
and payments is the work of the other modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from dagster_project.extract.incoming import SYNTHETIC_PREFIX
from dagster_project.extract.personal import passes_eleven_test
from dagster_project.synthetic.writing import dutch_date, iso_stamp, settle, write_table

_CLIENTS = 2_600
_NAMES = {
    "MR01": "Individuele inkomenstoeslag (éénmaal per jaar)",
    "MR02": "Bijzondere bijstand",
    "MR03": "Collectieve zorgverzekering",
    "MR04": "Meedoenregeling",
    "KP01": "Kindpakket",
    "LKS1": "Loonkostensubsidie",
    "OV01": "Overige voorziening",
}
_COUNTS = {
    2024: {"MR01": 1_210, "MR02": 2_405, "MR03": 1_390, "MR04": 493, "KP01": 1_004, "OV01": 260},
    2025: {"MR01": 1_245, "MR02": 2_470, "MR03": 1_462, "MR04": 511, "KP01": 1_049, "OV01": 255},
}
"""Grants per year and regeling: 5.498 and 5.688 minimaregelingen, 1.004 and 1.049 from the kindpakket."""
_REFUSALS = 300
"""Refused applications per year, which no count may hold."""


def exports() -> dict[str, Callable[[Path], None]]:
    """Name of each export to the function that writes it at a path."""
    return {
        f"{SYNTHETIC_PREFIX}_suite4sd_toekenningen_2024.csv": _write_flat_export,
        f"{SYNTHETIC_PREFIX}_cssd_2025": _write_cssd_dump,
        f"{SYNTHETIC_PREFIX}_divosa_benchmark_2024.csv": _write_benchmark,
    }


@dataclass(frozen=True)
class _Grant:
    """One made-up decision. `client` is a running number, not a person."""

    start: date
    code: str
    client: int
    end: date | None = None
    status: str = "toegekend"

    @property
    def client_number(self) -> str:
        return f"SYN{self.client:05d}"


def _grants(year: int) -> list[_Grant]:
    """The decisions of one year, spread evenly over its days, in order of start."""
    made = [
        _Grant(start, code, (position * 37 + 11 * len(code) + ord(code[-1])) % _CLIENTS, date(year, 12, 31))
        for code, count in _COUNTS[year].items()
        for position, start in enumerate(_spread(year, count))
    ]
    refused = [
        _Grant(start, "MR02", position * 53 % _CLIENTS, status="afgewezen")
        for position, start in enumerate(_spread(year, _REFUSALS))
    ]
    subsidised = [grant for grant in _wage_subsidies() if grant.start.year <= year]
    return sorted(
        [*made, *refused, *subsidised], key=lambda grant: (grant.start, grant.code, grant.client, grant.status)
    )


def _spread(year: int, count: int) -> Iterator[date]:
    days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return (date(year, 1, 1) + timedelta(days=position * days // count) for position in range(count))


def _wage_subsidies() -> Iterator[_Grant]:
    """Persons with loonkostensubsidie: 50 stand on 31 December 2024, of whom 6 end in 2025, when 12 begin: then 56."""
    for position in range(44):
        end = date(2025, 2 * position + 1, 28) if position < 6 else None
        yield _Grant(date(2024, 1, 1 + position * 30 // 44), "LKS1", 100 + position, end)
    for position in range(6):
        yield _Grant(date(2024, 2 * position + 2, 5), "LKS1", 200 + position)
    for position in range(12):
        yield _Grant(date(2025, position + 1, 10), "LKS1", 300 + position)


def _fake_bsn(client: int) -> str:
    """A number in the shape of a BSN that fails its check, so that it can be nobody's."""
    number = 900_000_000 + client * 7
    while passes_eleven_test(str(number)):
        number += 1
    return str(number)


def _write_flat_export(path: Path) -> None:
    header = ["BSN", "Clientnummer", "Regelingcode", "Regeling", "Begindatum", "Einddatum", "Status"]
    rows = (
        [
            _fake_bsn(grant.client),
            grant.client_number,
            grant.code,
            _NAMES[grant.code],
            dutch_date(grant.start),
            dutch_date(grant.end),
            grant.status,
        ]
        for grant in _grants(2024)
    )
    write_table(path, header, rows, delimiter=";", encoding="cp1252")


def _write_benchmark(path: Path) -> None:
    header = ["Gemeentecode", "Gemeente", "Peiljaar", "Terugkeer in de bijstand binnen een jaar (%)"]
    write_table(path, header, [["GM0396", "Heemskerk", "2024", "14,8"]], delimiter=";", encoding="cp1252")


def _write_cssd_dump(folder: Path) -> None:
    folder.mkdir()
    grants = list(enumerate(_grants(2025), start=1))
    tables: dict[str, tuple[list[str], Iterable[Sequence[object]]]] = {
        "szclient": (
            ["clientnr", "ind_gezag"],
            ((number, "") for number in sorted({g.client_number for _, g in grants})),
        ),
        "wvbesl": (["besluitnr", "clientnr"], ((besluit, grant.client_number) for besluit, grant in grants)),
        "wvind_b": (
            [
                "besluitnr",
                "volgnr_ind",
                "clientnr",
                "dd_begin",
                "dd_eind",
                "volume",
                "status_indicatie",
                "kode_regeling",
            ],
            (
                (
                    besluit,
                    1,
                    grant.client_number,
                    iso_stamp(grant.start),
                    iso_stamp(grant.end),
                    1,
                    grant.status,
                    grant.code,
                )
                for besluit, grant in grants
            ),
        ),
        "szregel": (["kode_regeling", "omschryving"], _NAMES.items()),
        "wvdos": (
            ["besluitnr", "volgnr_ind", "uniek", "kode_reden_einde_voorz"],
            ((besluit, 1, 50_000 + besluit, "EINDE" if grant.end else "") for besluit, grant in grants),
        ),
        "szukhis": (
            ["uniekwvdos", "bedrag", "verslagnr"],
            (
                (50_000 + besluit, f"{40 + besluit % 60}.00", f"{grant.start:%Y%m}01")
                for besluit, grant in grants
                if grant.status == "toegekend"
            ),
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
