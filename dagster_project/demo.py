"""New workspaces: an empty one for a municipality, and the samples.

Made here are the exports of the Heemskerk demo, by counting and without chance: the same files on every machine and
every day. Real figures and plans do not belong here, they come from `sources/samples`: the folder of a plan holds what
its documents say, `synthetic` in it what was made up beside that, and `open` the recorded snapshots that all share.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from string import Template

from dagster_project.errors import ConfigurationError
from dagster_project.extract.dropfolder import SYNTHETIC_PREFIX
from dagster_project.extract.pseudonym import passes_eleven_test
from dagster_project.product import product_path
from dagster_project.registration.rotation import make_missing_keys
from dagster_project.workspace import GEMEENTE_CODE, SETTINGS_FILE, Workspace, read_settings

_SAMPLE_MARK = "Dit is een voorbeeld."
"""How the note of every sample begins; no other workspace is taken for one."""
_SYNTHETIC = "synthetic"
"""Folder of a sample with made-up material; the plan itself stands beside it."""
_FILE_TIME = 1_768_471_200
"""15 January 2026: the exports carry it, so that they are settled when the first refresh looks at them."""
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


def init_workspace(target: Path, gemeente: str, name: str) -> None:
    """Make an empty workspace for a municipality, with keys of its own.

    Args:
        target: folder to make or to fill; nothing in it is overwritten.
        gemeente: CBS code, such as GM0396.
        name: name of the municipality.

    Raises:
        ConfigurationError: the code is not one, or a file that would be written exists.
    """
    if not GEMEENTE_CODE.fullmatch(gemeente):
        raise ConfigurationError(
            f"'{gemeente}' is not a municipality code, expected GM and four digits, such as GM0396."
        )
    template = product_path("sources", "samples", "template")
    files = {_template_name(path, template): path for path in _files(template)}
    present = [str(relative) for relative in files if (target / relative).exists()]
    if present:
        raise ConfigurationError(
            f"{target} already holds {', '.join(present)}. Choose an empty folder, or go on with the one there."
        )
    values = {"gemeente": _toml_text(gemeente), "gemeente_name": _toml_text(name)}
    for relative, path in files.items():
        text = path.read_text(encoding="utf-8")
        _write_text(target / relative, Template(text).substitute(values) if relative.name == SETTINGS_FILE else text)
    make_missing_keys(Workspace(target))


@dataclass(frozen=True)
class Sample:
    """A plan of a real municipality that ships as a workspace.

    Attributes:
        name: folder under `sources/samples`, and what `opkoers demo --sample` calls it.
        about: what to tell whoever just made it.
        has_exports: whether made-up exports of local registrations go with it.
    """

    name: str
    about: str
    has_exports: bool = False

    @property
    def folder(self) -> Path:
        return product_path("sources", "samples", self.name)

    @property
    def default_target(self) -> Path:
        """Where the demo goes when nobody says where."""
        return Path("demo" if self is HEEMSKERK else f"demo-{self.name}")


HEEMSKERK = Sample(
    "heemskerk",
    "The sample is Heemskerk. Its plan is real; what came after the baselines and its own registrations are synthetic.",
    has_exports=True,
)
SAMPLES = {
    sample.name: sample
    for sample in (
        HEEMSKERK,
        Sample(
            "heerenveen",
            "The sample is Heerenveen: its goals, indicators, risks and budget as its own papers give them.",
        ),
        Sample("westervoort", "The sample is Westervoort: a register of 26 indicators, of which the source names one."),
    )
}


def sample_called(name: str) -> Sample:
    """The sample of a name.

    Raises:
        ConfigurationError: there is none of that name.
    """
    if name not in SAMPLES:
        raise ConfigurationError(f"There is no sample {name!r}; the samples are {', '.join(SAMPLES)}.")
    return SAMPLES[name]


def make_demo_workspace(target: Path, sample: Sample = HEEMSKERK) -> None:
    """Make the workspace of a sample: its plan, recorded open figures, and what was made up beside them.

    Doing it again only adds what is missing: snapshots, publications and the user's own changes stay, and exports that
    were taken or set aside do not come back.

    Raises:
        ConfigurationError: the folder holds something else than this sample.
    """
    _refuse_other_content(target, sample)
    for relative, parts in _sample_files(sample).items():
        copy = target / relative
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(_joined(parts))
    make_missing_keys(Workspace(target))
    if sample.has_exports:
        write_synthetic_exports(target)


def _sample_files(sample: Sample) -> dict[Path, list[Path]]:
    """Place in the workspace to what is put there; made-up rows go behind the plan's own."""
    recorded = product_path("sources", "samples", "open")
    made_up = sample.folder / _SYNTHETIC
    found = {Path("data") / path.relative_to(recorded): [path] for path in _files(recorded)}
    for path in _files(sample.folder):
        if not path.is_relative_to(made_up):
            found[path.relative_to(sample.folder)] = [path]
    for path in _files(made_up) if made_up.is_dir() else ():
        found.setdefault(path.relative_to(made_up), []).append(path)
    return found


def _joined(parts: Sequence[Path]) -> bytes:
    """One file as it is, or several of one header behind each other."""
    first, *others = (path.read_bytes() for path in parts)
    return first + b"".join(other.partition(b"\n")[2] for other in others)


def write_synthetic_exports(root: Path) -> None:
    """Put the made-up exports in `drop/`, save those that lie there or in `accepted/` or `rejected/` already."""
    drop = root / "drop"
    drop.mkdir(parents=True, exist_ok=True)
    exports = {
        f"{SYNTHETIC_PREFIX}_suite4sd_toekenningen_2024.csv": _write_flat_export,
        f"{SYNTHETIC_PREFIX}_cssd_2025": _write_cssd_dump,
        f"{SYNTHETIC_PREFIX}_divosa_benchmark_2024.csv": _write_benchmark,
    }
    for name, write in exports.items():
        if any((root / folder / name).exists() for folder in ("drop", "accepted", "rejected")):
            continue
        unfinished = drop / f".{name}"  # hidden, so that a refresh beside it or a crash leaves no half export
        _remove(unfinished)
        write(unfinished)
        unfinished.rename(drop / name)


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
    header = ["BSN", "Clientnummer", "Regelingcode", "Regeling", "Begindatum", "Einddatum", "Status", "synthetisch"]
    rows = (
        [
            _fake_bsn(grant.client),
            grant.client_number,
            grant.code,
            _NAMES[grant.code],
            grant.start.strftime("%d-%m-%Y"),
            grant.end.strftime("%d-%m-%Y") if grant.end else "",
            grant.status,
            "ja",
        ]
        for grant in _grants(2024)
    )
    _write_table(path, header, rows, delimiter=";", encoding="cp1252")


def _write_benchmark(path: Path) -> None:
    header = ["Gemeentecode", "Gemeente", "Peiljaar", "Terugkeer in de bijstand binnen een jaar (%)", "synthetisch"]
    _write_table(path, header, [["GM0396", "Heemskerk", "2024", "14,8", "ja"]], delimiter=";", encoding="cp1252")


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
                (besluit, 1, grant.client_number, _stamp(grant.start), _stamp(grant.end), 1, grant.status, grant.code)
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
                (50_000 + besluit, f"{40 + besluit % 60}.00", 1)
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
        marked = ([*row, "ja"] for row in rows)
        _write_table(folder / f"{table}.csv", [*header, "synthetisch"], marked, delimiter=",", encoding="utf-8")


def _stamp(day: date | None) -> str:
    return f"{day.isoformat()}T00:00:00" if day else ""


def _write_table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str, encoding: str
) -> None:
    with path.open("w", newline="", encoding=encoding) as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)
    os.utime(path, (_FILE_TIME, _FILE_TIME))


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ConfigurationError(f"The product's own folder {folder} is missing. Install Opkoers again.")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _template_name(path: Path, template: Path) -> Path:
    """Where a template file goes: `gitignore` gets its dot here, for in the product it would hide its neighbours."""
    relative = path.relative_to(template)
    return relative.with_name(".gitignore") if relative.name == "gitignore" else relative


def _toml_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _refuse_other_content(target: Path, sample: Sample) -> None:
    """Made-up material must never land among a municipality's own, nor one sample in another."""
    if not target.is_dir() or not any(target.iterdir()):
        return
    if not (target / SETTINGS_FILE).is_file():
        raise ConfigurationError(f"{target} is not empty and is no workspace. Choose an empty folder for the demo.")
    found, expected = read_settings(target / SETTINGS_FILE), read_settings(sample.folder / SETTINGS_FILE)
    if not found.synthetic_note.startswith(_SAMPLE_MARK):
        raise ConfigurationError(f"{target} is a workspace, but not the demo's. Choose another folder for the demo.")
    if found.gemeente != expected.gemeente:
        raise ConfigurationError(
            f"{target} holds the sample {found.gemeente_name}, and not {expected.gemeente_name}. Choose another folder."
        )
    if found.synthetic_note != expected.synthetic_note:
        raise ConfigurationError(
            f"{target} holds a demo of another version of Opkoers. Choose another folder, or remove this one."
        )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
