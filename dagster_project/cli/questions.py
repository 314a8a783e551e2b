"""What `opkoers init` asks: the gemeente, registrations, where questions can go. It writes nothing: see demo.py."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass

import typer

from dagster_project.cli.terminal import complain
from dagster_project.errors import ConfigurationError
from dagster_project.gemeenten import Gemeente, find_gemeente
from dagster_project.language import told
from dagster_project.workspace import GEMEENTE_CODE

_YES_NO = {"j": True, "ja": True, "y": True, "yes": True, "n": False, "nee": False, "no": False}


@dataclass(frozen=True)
class Beginning:
    """What the options of the command say; None: not given."""

    gemeente: str | None
    name: str
    registrations: bool | None
    contact: str | None


@dataclass(frozen=True)
class Answers:
    """What a new workspace is made from."""

    code: str
    name: str
    registrations: bool
    contact: str

    @property
    def folder_name(self) -> str:
        """A name for its folder: that of the gemeente in letters that every disk takes."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or self.code.lower()


def given(wanted: Beginning) -> Answers:
    """The answers from options alone, with the usual for what they leave out.

    A code that is newer than the list of gemeenten is taken when its name comes with it.

    Raises:
        ConfigurationError: there is no such gemeente.
    """
    asked = wanted.gemeente or ""
    is_complete = bool(wanted.name) and GEMEENTE_CODE.fullmatch(asked)
    found = Gemeente(asked, wanted.name) if is_complete else find_gemeente(asked)
    registrations = True if wanted.registrations is None else wanted.registrations
    return Answers(found.code, wanted.name or found.name, registrations, wanted.contact or "")


def ask(wanted: Beginning) -> Answers:
    """The answers of the person at the terminal; what an option says already is not asked.

    Raises:
        ConfigurationError: nobody is there to answer.
    """
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "Nobody is at the terminal to say which gemeente. Name it: opkoers init DIR --gemeente Heemskerk "
            "(and, if you like, --no-registrations and --contact)."
        )
    found = _ask_gemeente()
    registrations, contact = wanted.registrations, wanted.contact
    if registrations is None:
        registrations = _ask_yes_or_no(told("Will you bring exports of your own with rows on persons (Wmo, Jeugd)?"))
    if contact is None:
        question = told("Where can questions on the monitor go? An e-mail address, or nothing")
        contact = str(typer.prompt(question, default="", show_default=False)).strip()
    return Answers(found.code, wanted.name or found.name, registrations, contact)


def _ask_gemeente() -> Gemeente:
    while True:
        answer = typer.prompt(told("Which gemeente is it for? Its name or CBS code"))
        try:
            return find_gemeente(answer)
        except ConfigurationError as error:
            complain(str(error))


def _ask_yes_or_no(question: str) -> bool:
    while True:
        answer = str(typer.prompt(f"{question} ({told('yes/no')})", default=told("no"))).strip().lower()
        if answer in _YES_NO:
            return _YES_NO[answer]
