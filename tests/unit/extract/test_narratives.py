"""Tellings: what is read of them, and errors that a person can act on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dagster_project.contracts import contract
from dagster_project.errors import UnsoundData
from dagster_project.extract import narratives
from dagster_project.extract.narratives import SECTIONS, Maatregel, Narrative, Section
from tests.unit.extract.files import read_all

NARRATIVES = contract("municipal", "narratives")
TELLING = """---
edition: 2026-04
author_role: beleidsadviseur participatie
synthetisch: ja
maatregelen:
  - maatregel: Extra jobcoach
    expected_effect: -1,5
    effect_period: 2027
    cost: 40000
  - maatregel: "Spreekuur: elke week"
---

## Oorzaak en gevolg

Eerste alinea.

### Een eigen kopje
- een
- twee

## Risico’s buiten onze invloed
## Vooruitblik
Het wordt beter.
"""


def told(text: str, name: str = "narratives/p-01.md") -> Narrative:
    return narratives.parse(name, text.encode())


def refusal(content: bytes) -> str | None:
    """Why a file is refused, None when it is read."""
    try:
        narratives.parse("narratives/p-01.md", content)
    except UnsoundData as error:
        return str(error)
    return None


def with_front_matter(lines: str) -> str:
    return f"---\nedition: 2026-04\nauthor_role: adviseur\n{lines}\n---\n"


def recorded(folder: Path, name: str, text: str | bytes) -> Path:
    """A file in a folder of tellings."""
    path = folder / "narratives" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_telling_is_read_as_it_was_written() -> None:
    assert told(TELLING) == Narrative(
        edition="2026-04",
        author_role="beleidsadviseur participatie",
        is_synthetic=True,
        maatregelen=(
            Maatregel("Extra jobcoach", expected_effect="-1.5", effect_period="2027", cost="40000"),
            Maatregel("Spreekuur: elke week"),
        ),
        sections=(
            Section("cause", 13, "Eerste alinea.\n\n### Een eigen kopje\n- een\n- twee"),
            Section("risks", 21, ""),
            Section("outlook", 22, "Het wordt beter."),
        ),
    )


def test_it_becomes_a_row_per_section_and_per_measure(tmp_path: Path) -> None:
    recording = narratives.record(NARRATIVES, recorded(tmp_path, "heemskerk-01.md", TELLING), tmp_path / "scratch")
    assert (recording.url, recording.row_count, recording.is_synthetic) == ("narratives/heemskerk-01.md", 3, True)
    assert narratives.content_of(recording.file).decode() == TELLING
    tables, faults = read_all(narratives.read, NARRATIVES, recording.file, name=recording.url)
    assert not faults
    shared = {"objective_id": "heemskerk-01", "edition": "2026-04", "is_synthetic": "ja"}
    assert [(row["row_number"], row["section"], row["text"]) for row in tables["narrative"]] == [
        (13, "cause", "Eerste alinea.\n\n### Een eigen kopje\n- een\n- twee"),
        (21, "risks", None),
        (22, "outlook", "Het wordt beter."),
    ]
    assert all(
        row.items() >= {**shared, "author_role": "beleidsadviseur participatie"}.items() for row in tables["narrative"]
    )
    first, second = tables["maatregel"]
    assert first.items() >= {**shared, "row_number": 1, "maatregel": "Extra jobcoach", "cost": "40000"}.items()
    assert (second["row_number"], second["expected_effect"], second["cost"]) == (2, None, None)


def test_equal_tellings_of_two_objectives_are_two_snapshots(tmp_path: Path) -> None:
    files = []
    for name in ("p-01.md", "p-02.md"):
        path = recorded(tmp_path, name, TELLING)
        files.append(narratives.record(NARRATIVES, path, tmp_path / name).file.read_bytes())
    assert files[0] != files[1]
    again = narratives.record(NARRATIVES, recorded(tmp_path, "p-01.md", TELLING), tmp_path / "again")
    assert again.file.read_bytes() == files[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## Vooruitblik\nx\n", "has no front matter, expected edition and author_role between two lines of ---"),
        ("---\nedition: 2026-04\nauthor_role: a\n", "has no front matter"),
        ("---\n---\n", "the front matter is no list of keys and values, expected edition, author_role"),
        ("---\nauthor_role: a\n---\n", "edition is empty, expected a year and a month such as 2026-04"),
        ("---\nedition: april\nauthor_role: a\n---\n", "edition found 'april', expected a year and a month"),
        ("---\nedition: 2026-04\n---\n", "author_role is empty, expected a few words"),
        (with_front_matter("autor: b"), "the unknown key 'autor', expected .*; the nearest: author_role"),
        (with_front_matter("edition: 2026-10"), "the front matter has edition twice"),
        (with_front_matter("synthetisch: soms"), "synthetisch says 'soms', expected ja or nee"),
        (with_front_matter("a: [b"), "its front matter is no YAML: line"),
        (with_front_matter("[" * 5_000), "its front matter is no YAML"),
        (with_front_matter("maatregelen: veel"), "maatregelen is no list, expected an entry"),
        (with_front_matter("maatregelen: [x]"), "measure 1 is no list of keys and values, expected maatregel"),
        (with_front_matter("maatregelen: [{cost: 1}]"), "measure 1, maatregel is empty, expected a few words"),
        (with_front_matter("maatregelen: &m [*m]"), "measure 1 is no list of keys and values"),
        (
            with_front_matter("maatregelen: [{maatregel: x, cost: 40.000}]"),
            "measure 1, cost: found '40.000', expected a number without thousands separators, such as 40000 or -1,5",
        ),
        (with_front_matter("maatregelen: [{maatregel: x, cost: veel}]"), "measure 1, cost: found 'veel'"),
        (
            with_front_matter("maatregelen: [{maatregel: x, effect_period: 2027-13}]"),
            "measure 1, effect_period: found '2027-13', expected a period such as 2027 or 2027-H1",
        ),
        (with_front_matter("maatregelen: [{maatregel: x, prijs: 4}]"), "measure 1 has the unknown key 'prijs'"),
        (with_front_matter('author_rol: "\\ud800"'), "the unknown key"),
        (with_front_matter("") + "Vooraf.\n## Vooruitblik\n", "line 6 stands before the first heading, expected '## O"),
        (with_front_matter("") + "## Conclusie\n", "line 6: found the heading '## Conclusie', expected only ## Oorz"),
        (with_front_matter("") + "##Conclusie\n", "line 6: found the heading '##Conclusie'"),
        (with_front_matter("") + "# Vooruitblik\n", "line 6: found the heading '# Vooruitblik'"),
        (with_front_matter("") + "## Vooruitblik\n## Maatregelen\n", "'Maatregelen' comes again or too late, after l"),
        (with_front_matter("") + "## Vooruitblik\n## Vooruitblik\n", "'Vooruitblik' comes again or too late"),
        (with_front_matter("") + "## Vooruitblik\n" + "x" * narratives.MAX_BYTES, "is larger than 200 kB"),
    ],
)
def test_a_fault_says_what_was_found_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(UnsoundData, match=f"^narratives/p-01.md.*{message}"):
        told(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    contents = (b"---\nedition: \xff\n---\n", b"---\nedition: a\0b\n---\n", b"")
    assert all(refusal(content) for content in contents)


@pytest.mark.parametrize("written", ["111222333", "111 222 333", "1112.22.333", "111.222.333", "BSN:111222333,"])
def test_a_number_that_may_be_a_bsn_refuses_the_file_and_is_not_repeated(tmp_path: Path, written: str) -> None:
    path = recorded(tmp_path, "p-01.md", TELLING.replace("Eerste alinea.", f"Mevrouw {written} wacht."))
    with pytest.raises(UnsoundData, match="p-01.md, line 15 holds nine digits that may be a BSN") as caught:
        narratives.record(NARRATIVES, path, tmp_path / "scratch")
    assert "333" not in str(caught.value)
    assert not (tmp_path / "scratch").exists(), "nothing of it was kept"


@pytest.mark.parametrize("written", ["111222334", "1112223330", "0612345678", "40.000.000", "000000000", "2024-2025"])
def test_other_numbers_may_be_told(written: str) -> None:
    assert told(TELLING.replace("Eerste alinea.", f"Het zijn er {written}."))


def test_what_is_no_telling_is_named_and_read_me_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("LEESMIJ.md", ".verborgen", "~$p-01.md", "p-01.md~", "p-01.md", "p-02.txt", "mijn doel.md"):
        recorded(tmp_path, name, TELLING)
    files = narratives.files_of(tmp_path, NARRATIVES)
    assert [path.name for path in files] == ["mijn doel.md", "p-01.md", "p-02.txt"]
    for path in (files[0], files[2]):
        with pytest.raises(UnsoundData, match=f"narratives/{path.name} is no telling: expected the id of an objective"):
            narratives.record(NARRATIVES, path, tmp_path / "scratch")
    assert narratives.files_of(tmp_path / "elsewhere", NARRATIVES) == []


def test_a_telling_from_a_word_processor_is_read_alike() -> None:
    """A byte order mark, Windows line ends, a curled apostrophe and other capitals."""
    windows = "\ufeff" + TELLING.replace("\n", "\r\n").replace("Oorzaak en gevolg", "OORZAAK  en gevolg ##")
    assert told(windows) == told(TELLING)


words = st.text(
    # no digits, of which nine may be a BSN, and nothing that YAML does not take
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp", "Zs"), exclude_characters="0123456789"),
    min_size=1,
    max_size=30,
)
numbers = st.none() | st.decimals(-9999, 9999, places=1).map(lambda number: str(number).replace("-0.0", "0.0"))
periods = st.none() | st.sampled_from(["2027", "2027-H1", "2026/2027"])
measures = st.builds(Maatregel, words, expected_effect=numbers, effect_period=periods, cost=numbers)
bodies = st.lists(words.filter(lambda word: not word.startswith("#")), max_size=4).map("\n".join)


@st.composite
def tellings(draw: st.DrawFn) -> Narrative:
    codes = [code for code in SECTIONS if draw(st.booleans())]
    return Narrative(
        edition=draw(st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(lambda day: f"{day:%Y-%m}")),
        author_role=draw(words),
        is_synthetic=draw(st.sampled_from([None, True, False])),
        maatregelen=tuple(draw(st.lists(measures, max_size=3))),
        sections=tuple(Section(code, 0, draw(bodies)) for code in codes),
    )


def written(narrative: Narrative) -> str:
    """A telling as a person could write it, every value between quotes."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    lines = ["---", f"edition: {quoted(narrative.edition)}", f"author_role: {quoted(narrative.author_role)}"]
    if narrative.is_synthetic is not None:
        lines.append(f"synthetisch: {'ja' if narrative.is_synthetic else 'nee'}")
    if narrative.maatregelen:
        lines.append("maatregelen:")
    for measure in narrative.maatregelen:
        fields = {name: value for name, value in vars(measure).items() if value is not None}
        lines += [f"  {'-' if name == 'maatregel' else ' '} {name}: {quoted(value)}" for name, value in fields.items()]
    lines.append("---")
    for section in narrative.sections:
        lines += [f"## {SECTIONS[section.code]}", "", section.text, ""]
    return "\n".join(lines)


@given(tellings())
def test_what_is_written_is_what_is_read(narrative: Narrative) -> None:
    read = told(written(narrative))
    assert [(section.code, section.text) for section in read.sections] == [
        (section.code, section.text) for section in narrative.sections
    ]
    assert (read.edition, read.author_role, read.is_synthetic, read.maatregelen) == (
        narrative.edition,
        narrative.author_role,
        narrative.is_synthetic,
        narrative.maatregelen,
    )


fragments = st.lists(
    st.sampled_from(
        [*TELLING.splitlines(), "---", "- [", "{", "maatregelen: *a", "edition: 010", '"\\ud800"', "#", "\t"]
    )
    | st.text(max_size=20),
    max_size=25,
).map("\n".join)


@given(
    st.one_of(fragments, fragments.map(lambda text: f"---\n{text}"), st.text()).map(
        lambda text: text.encode("utf-8", "ignore")
    )
)
@example(b'---\nedition: 2026-04\nauthor_role: "\\ud800"\n---\n')
@example(b'---\nedition: 2026-04\nauthor_role: "\\Uffffffff"\n---\n')
@example(b"---\nedition: 2026-04\nauthor_role: !!python/object/apply:os.system [x]\n---\n")
def test_whatever_the_bytes_a_telling_is_read_or_refused_with_a_sentence(content: bytes) -> None:
    assert (refusal(content) or "narratives/p-01.md").startswith("narratives/p-01.md")
