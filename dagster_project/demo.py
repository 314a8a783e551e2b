"""New workspaces: an empty one for a municipality, and the samples.

Real figures and plans do not belong here, they come from `sources/samples`: the folder of a plan holds what its
documents say, `synthetic` in it what was made up beside that, and `open` the recorded snapshots that all share. Made-up
exports of registrations come from `synthetic/`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from dagster_project.errors import ConfigurationError
from dagster_project.product import product_path
from dagster_project.registration.rotation import make_missing_keys
from dagster_project.synthetic import care_exports, suite4sd
from dagster_project.workspace import GEMEENTE_CODE, SETTINGS_FILE, Workspace, read_settings

_SAMPLE_MARK = "Dit is een voorbeeld."
"""How the note of every sample begins; no other workspace is taken for one."""
_SYNTHETIC = "synthetic"
"""Folder of a sample with made-up material; the plan itself stands beside it."""


def init_workspace(
    target: Path, gemeente: str, name: str, *, registrations: bool = True, contact: str = "", language: str = "nl"
) -> None:
    """Make an empty workspace for a municipality, with keys of its own where it reads registrations of persons.

    Args:
        target: folder to make or to fill; nothing in it is overwritten.
        gemeente: CBS code, such as GM0396.
        name: name of the municipality.
        registrations: whether it will read exports with rows on persons.
        contact: where questions on the monitor can go: an e-mail address, a web address or words.
        language: of what people read at the terminal, `nl` or `en`.

    Raises:
        ConfigurationError: the code is not one, or a file that would be written exists.
    """
    if not GEMEENTE_CODE.fullmatch(gemeente):
        raise ConfigurationError(
            f"'{gemeente}' is not a municipality code, expected GM and four digits, such as GM0396."
        )
    refuse_used_folder(target)
    values = {
        "gemeente": _toml_text(gemeente),
        "gemeente_name": _toml_text(name),
        "language": _toml_text(language),
        "contact": _toml_text(contact),
        "registration": str(registrations).lower(),
    }
    for relative, path in _template_files().items():
        text = path.read_text(encoding="utf-8")
        _write_text(target / relative, Template(text).substitute(values) if relative.name == SETTINGS_FILE else text)
    workspace = Workspace(target)
    if registrations:
        make_missing_keys(workspace)


def refuse_used_folder(target: Path) -> None:
    """Refuse a folder in which a new workspace would meet files of another.

    Raises:
        ConfigurationError: a file that would be written exists.
    """
    present = [str(relative) for relative in _template_files() if (target / relative).exists()]
    if present:
        raise ConfigurationError(
            f"{target} already holds {', '.join(present)}. Choose an empty folder, or go on with the one there."
        )


def _template_files() -> dict[Path, Path]:
    """Place in a new workspace to the file that is put there."""
    template = product_path("sources", "samples", "template")
    return {_template_name(path, template): path for path in _files(template)}


@dataclass(frozen=True)
class Sample:
    """A plan of a real municipality that ships as a workspace.

    Attributes:
        name: folder under `sources/samples`, and what `opkoers demo --sample` calls it.
        about: what to tell whoever just made it.
        exports: gives the made-up exports of local registrations that go with it: each name to what writes it.
    """

    name: str
    about: str
    exports: Callable[[], Mapping[str, Callable[[Path], None]]] = dict

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
    exports=suite4sd.exports,
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
        Sample(
            "borger-odoorn",
            "The sample is Borger-Odoorn. The figures that it checks itself against are printed ones; every person, "
            "provision and payment is synthetic, made up so that they add up to them.",
            exports=care_exports.flat_exports,
        ),
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
    exports = sample.exports()
    if exports:
        write_synthetic_exports(target, exports)


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


def write_synthetic_exports(root: Path, exports: Mapping[str, Callable[[Path], None]]) -> None:
    """Put made-up exports in `drop/`, save those that lie there, were taken or were set aside already.

    Args:
        root: folder of the workspace.
        exports: name of each export to the function that writes it at a path.
    """
    drop = root / "drop"
    drop.mkdir(parents=True, exist_ok=True)
    for name, write in exports.items():
        # an export with rows on persons leaves only a receipt behind
        traces = (drop / name, *(root / "accepted" / trace for trace in (name, f"{name}.accepted.txt")))
        if any(trace.exists() for trace in (*traces, root / "rejected" / name)):
            continue
        unfinished = drop / f".{name}"  # hidden, so that a refresh beside it or a crash leaves no half export
        _remove(unfinished)
        write(unfinished)
        unfinished.rename(drop / name)


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
