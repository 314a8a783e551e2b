"""Dutch or English at the terminal: who decides, and a table that keeps step with what the program says."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import dagster_project
from dagster_project import cli, language
from dagster_project.cli import help

PLACEHOLDER = re.compile(r"\{\w*\}")
OF_BOTH = re.compile(r"(7|dataset|mappings|drop|[/'():;,. ])*")
"""Words and values that are the same in both languages."""
SENTENCE_END = re.compile(r"(?<=[.!?]) (?=\S)")
GOOD = 'gemeente = "GM0396"\ngemeente_name = "Heemskerk"\n'
SOURCES = sorted(Path(dagster_project.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize(
    ("setting", "environment", "expected"),
    [
        ("", {}, "nl"),
        ("", {"LANG": "C.UTF-8"}, "nl"),
        ("", {"LANG": "nl_NL.UTF-8"}, "nl"),
        ("", {"LANG": "en_US.UTF-8"}, "en"),
        ("", {"LANG": "nl_NL.UTF-8", "LC_ALL": "de_DE.UTF-8"}, "en"),
        ("nl", {"LANG": "en_US.UTF-8"}, "nl"),
        ("en", {"LANG": "nl_NL.UTF-8"}, "en"),
        ("nl", {"OPKOERS_LANG": "en"}, "en"),
        ("en", {"OPKOERS_LANG": "nl_NL"}, "nl"),
        ("en", {"OPKOERS_LANG": "fr"}, "en"),
    ],
)
def test_who_decides_on_the_language(setting: str, environment: dict[str, str], expected: str) -> None:
    assert language.choose(setting, environment) == expected


def test_every_message_has_both_languages_and_the_same_places_to_fill_in() -> None:
    for english, dutch in language.dutch().items():
        assert dutch.strip(), english
        assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(dutch)), english
        assert len(set(PLACEHOLDER.findall(english))) == len(PLACEHOLDER.findall(english)), english
        assert english[-1:] == dutch[-1:] or english[-1:] not in ".:?", english


def test_the_program_still_says_every_message_of_the_table() -> None:
    said = set(_literals())
    unsaid = [english for english in language.dutch() if not any(_without_names(english) in one for one in said)]
    assert unsaid == []


def _literals() -> Iterator[str]:
    """Every text in the program, with {} where something is filled in."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
                yield _without_names("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield _without_names(node.value)


def _without_names(text: str) -> str:
    """A text with one {} wherever something is filled in, also where one thing follows directly on another."""
    return re.sub(r"(\{\})+", "{}", PLACEHOLDER.sub("{}", text))


def test_every_error_that_a_user_may_meet_has_dutch() -> None:
    left = [
        sentence
        for error in _errors()
        for sentence in SENTENCE_END.split(error)
        if sentence in language.translated(error, "nl") and not OF_BOTH.fullmatch(sentence)
    ]
    assert left == []


def test_no_sentence_of_the_table_hides_another() -> None:
    """A message of several sentences is found only where none of the later ones is known by itself."""
    for english in filter(PLACEHOLDER.search, language.dutch()):
        later = SENTENCE_END.split(english)[1:]
        assert [one for one in later if language.translated(one, "nl") != one] == [], english


def _errors() -> Iterator[str]:
    """What is said by every error that is raised for users, with a 7 wherever something is filled in."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {"OpkoersError"}
    for _ in range(3):  # errors derived from errors that are derived from it
        names |= {
            node.name
            for node in nodes
            if isinstance(node, ast.ClassDef)
            and any(isinstance(base, ast.Name) and base.id in names for base in node.bases)
        }
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
            yield from _filled(node.args[0])


def _filled(said: ast.expr) -> Iterator[str]:
    if isinstance(said, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else _seven(part) for part in said.values)
    elif isinstance(said, ast.Constant) and isinstance(said.value, str):
        yield said.value


def _seven(part: ast.expr) -> str:
    return "'7'" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else "7"


@pytest.fixture
def in_dutch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(language.VARIABLE, "nl")


@pytest.mark.usefixtures("in_dutch")
def test_sentences_are_known_one_by_one_and_the_rest_stays() -> None:
    text = "  There is no gemeente 'X. Y'. Those that come near: A (GM0001). Something new. And {this}."
    assert language.translated(text) == (
        "  Er is geen gemeente 'X. Y'. Wat erop lijkt: A (GM0001). Something new. And {this}."
    )


@pytest.mark.usefixtures("in_dutch")
def test_braces_in_what_is_quoted_are_not_filled_in() -> None:
    assert language.translated("There is no gemeente '{since}'. Those that come near: {0}.") == (
        "Er is geen gemeente '{since}'. Wat erop lijkt: {0}."
    )


def test_the_workspace_decides_where_the_environment_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(language.VARIABLE)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    (tmp_path / "opkoers.toml").write_text('gemeente = "GM0396"\ngemeente_name = "Heemskerk"\nlanguage = "nl"\n')
    with pytest.raises(SystemExit):
        cli.main(["edition", "list", "--workspace", str(tmp_path)])
    assert capsys.readouterr().out.startswith("Er is nog geen editie vastgezet.")


@pytest.mark.usefixtures("in_dutch")
@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (None, "Geen opkoers.toml in "),
        ("gemeente = \n", "is geen leesbare TOML"),
        ('gemeente = "Heemskerk"\n', "staan verkeerde instellingen: gemeente"),
        (f'{GOOD}publication_folder = "../x"\n', "leidt de werkruimte uit"),
        (f'{GOOD}publication_folder = "drop"\n', "is waar invoer ligt"),
    ],
)
def test_a_wrong_workspace_is_told_in_dutch(
    settings: str | None, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if settings is not None:
        (tmp_path / "opkoers.toml").write_text(settings)
    with pytest.raises(SystemExit) as ended:
        cli.main(["status", "--workspace", str(tmp_path)])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("in_dutch")
@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        (
            "Nothing sound of CBS is left to publish. No snapshot was ever taken: run without --offline. "
            "Nothing was published yet.",
            "Er is niets deugdelijks van het CBS over om te publiceren. Er is nog nooit iets vastgelegd: draai zonder "
            "--offline. Er is nog niets gepubliceerd.",
        ),
        (
            "Nothing new since 2026-11-26T15:47:19Z: publication p-1 still stands. Every source was asked.\n"
            "Set aside: cbs/woz: something else. For now no snapshot can serve.",
            "Niets nieuws sinds 2026-11-26T15:47:19Z: publicatie p-1 staat nog. Elke bron is bevraagd.\n"
            "Terzijde gelegd: cbs/woz: something else. Voorlopig is er geen vastgelegde versie om te gebruiken.",
        ),
        (
            "Set aside: drop/leden.csv: No contract fits the name 'leden.csv'; known patterns: a*.csv. Rename it, or "
            "add a mapping.\nSet aside: x.csv lacks the header 'Naam'; found 'Mnaam'. Name the column so, or map it "
            "in mappings/. The file is in rejected/.",
            "Terzijde gelegd: drop/leden.csv: Geen contract past bij de naam 'leden.csv'; bekend zijn: a*.csv. "
            "Geef het een andere naam, of maak een mapping.\nTerzijde gelegd: x.csv mist de kop 'Naam'; gevonden: "
            "'Mnaam'. Noem de kolom zo, of leg haar vast in mappings/. Het bestand ligt in rejected/.",
        ),
        (
            "Gate after_ingest, on what came in, before anything was computed: 12 checks on 3 tables; 9 passed, "
            "3 refused.",
            "Poort after_ingest, op wat binnenkwam, voordat er iets werd gerekend: 12 controles op 3 tabellen; 9 goed, "
            "3 geweigerd.",
        ),
    ],
)
def test_messages_of_several_sentences_are_put_together_in_dutch(english: str, dutch: str) -> None:
    assert language.translated(english) == dutch


def _help_texts(command: Any) -> Iterator[str]:
    """Every paragraph of the help of a command and of all below it."""
    for text in (command.help, *(getattr(parameter, "help", None) for parameter in command.params)):
        yield from (" ".join(part.split()) for part in inspect.cleandoc(text or "").split("\n\n") if part)
    for each in getattr(command, "commands", {}).values():
        yield from _help_texts(each)


def test_all_help_has_dutch() -> None:
    texts = set(_help_texts(typer.main.get_command(cli.app)))
    assert len(texts) > 80
    assert texts - language.dutch().keys() == set()


def test_typer_still_has_what_is_translated_of_its_own() -> None:
    shown = (
        f"import json; from typer import rich_utils as r; print(json.dumps([getattr(r, n) for n in {[*help._BESIDE]}]))"
    )
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == list(help._BESIDE.values())


@pytest.mark.parametrize(
    ("spoken", "parts"),
    [
        ("nl", ("Opties", "[standaard: as_published]", "Toon deze tekst", "Van elke gepubliceerde rij")),
        ("en", ("Options", "[default: as_published]", "Show this message", "From any published row")),
    ],
)
def test_help_is_given_in_the_language_of_the_environment(spoken: str, parts: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "dagster_project.cli", "trace", "--help"]
    environment = {**os.environ, language.VARIABLE: spoken}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert [part for part in parts if part not in done.stdout] == []
