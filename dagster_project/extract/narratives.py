"""The telling: `narratives/<objective_id>.md`, YAML front matter and four headings of Markdown per objective.

A file is read strictly: one fault refuses it, because a person can mend it at once; the other files go on. Text is kept
as it was written, and what it says of the objective is the work of the models. A snapshot is a zip with the file as its
one member: whose telling it is stands in the name, so the name is part of what is hashed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import yaml

from dagster_project.contracts import EDITION, PERIOD, Dataset
from dagster_project.errors import UnsoundData
from dagster_project.extract import archives, delimited, limits
from dagster_project.extract.personal import holds_bsn
from dagster_project.extract.reading import ReadContext
from dagster_project.extract.rows import RowMaker, nearest
from dagster_project.raw import RawBatch
from dagster_project.snapshots import Recording, Snapshot, pack

SECTIONS = {
    "cause": "Oorzaak en gevolg",
    "measures": "Maatregelen",
    "risks": "Risico's buiten onze invloed",
    "outlook": "Vooruitblik",
}
"""Code of a section to its heading, in the order in which the council asked for them."""
MAX_BYTES = 200_000
"""Some forty pages: longer than any telling of one objective."""
MAX_PHRASE = 300
"""Characters in the role of an author, or in the name of a measure."""

_FIELDS = ("edition", "author_role", "synthetisch", "maatregelen")
_MEASURE_FIELDS = ("maatregel", "expected_effect", "effect_period", "cost")
_OBJECTIVE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_HEADING = re.compile(r" {0,3}(?:##(?!#)|#(?=\s|$))(.*)")
"""A first- or second-level heading; a forgotten space behind `##` must not turn it into text."""
_NUMBER = re.compile(rf"[+-]?[0-9]{{1,{limits.DIGITS}}}(?:[.,][0-9]{{1,{limits.DECIMALS}}})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}\.[0-9]{3}")
"""40.000 is forty thousand to a Dutch reader and forty to a computer: it is neither here."""
_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
"""What an escape such as "\\ud800" leaves: no text file can hold it."""
_EMPTY = ("", "~", "null")
_PASSED_OVER = re.compile(r"\..*|~\$.*|.*~|(?:readme|leesmij).*", re.IGNORECASE)


@dataclass(frozen=True)
class Maatregel:
    """A measure that the telling announces; numbers as text with a decimal point, None where it is silent."""

    maatregel: str
    expected_effect: str | None = None
    effect_period: str | None = None
    cost: str | None = None


@dataclass(frozen=True)
class Section:
    """The text under one heading, without the empty lines around it."""

    code: str
    line: int
    """Line of its heading in the file."""
    text: str


@dataclass(frozen=True)
class Narrative:
    """One file, read."""

    edition: str
    author_role: str
    is_synthetic: bool | None = None
    """None where the file does not say."""
    maatregelen: tuple[Maatregel, ...] = ()
    sections: tuple[Section, ...] = field(default=())


def files_of(root: Path, dataset: Dataset) -> list[Path]:
    """What lies in the folder of tellings, in order of name; hidden files and read-me files are passed over.

    A file that is no telling is among them: `record` refuses it by name.
    """
    folder = root / Path(str(dataset.file_pattern)).parent
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not _PASSED_OVER.fullmatch(path.name))


def name_of(path: Path) -> str:
    """The name by which the workspace knows a file: its folder and its name."""
    return f"{path.parent.name}/{path.name}"


def record(dataset: Dataset, path: Path, scratch: Path) -> Recording:
    """Pack a telling, ready for the snapshot store. Its name in the workspace stands in `url`.

    Raises:
        UnsoundData: the file cannot be read as a telling. Nothing of it is kept: it may hold what should not be stored.
    """
    name = name_of(path)
    if path.suffix != Path(str(dataset.file_pattern)).suffix or not _OBJECTIVE_ID.fullmatch(path.stem):
        raise UnsoundData(
            f"{name} is no telling: expected the id of an objective and .md, such as narratives/heemskerk-01.md. "
            "Rename it, or take it out of the folder."
        )
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    narrative = parse(name, content)
    scratch.mkdir(parents=True, exist_ok=True)
    plain, copy = (scratch / f"{dataset.dataset_id}.{extension}" for extension in ("md", "zip"))
    plain.write_bytes(content)  # what was looked at is what is kept, also while somebody writes on
    pack(copy, [(path.name, plain, name)])
    plain.unlink()
    return Recording(
        file=copy,
        extension="zip",
        origin="file",
        url=name,
        row_count=len(narrative.sections),
        is_synthetic=bool(narrative.is_synthetic),
    )


def content_of(path: Path) -> bytes:
    """The file as it was written, out of its snapshot.

    Raises:
        UnsoundData: the snapshot is no zip with one member.
    """
    with archives.opened(path, path.name, members=1) as archive:
        members = archive.infolist()
        if not members:
            raise UnsoundData(f"{path.name} does not hold one telling, but nothing. Remove it and run again.")
        return archives.read(archive, members[0], path.name, MAX_BYTES)


def read(dataset: Dataset, path: Path, snapshot: Snapshot, context: ReadContext) -> Iterator[RawBatch]:
    """Read one telling: a row of raw.narrative per section, and one of raw.maatregel per measure.

    Raises:
        UnsoundData: the file is not as it must be. The message names file, what was found and what was expected.
    """
    del context  # a telling holds no client numbers, and a fault refuses the whole file
    told = parse(snapshot.url, content_of(path))
    rows = RowMaker(dataset, snapshot.snapshot_id, snapshot.is_synthetic)
    shared = {
        "objective_id": Path(snapshot.url).stem,
        "edition": told.edition,
        "is_synthetic": None if told.is_synthetic is None else ("ja" if told.is_synthetic else "nee"),
    }
    if told.sections:
        yield rows.batch(
            "narrative",
            [section.line for section in told.sections],
            {
                **shared,
                "author_role": told.author_role,
                "section": [section.code for section in told.sections],
                "text": [section.text or None for section in told.sections],
            },
        )
    if told.maatregelen:
        columns = {name: [getattr(one, name) for one in told.maatregelen] for name in _MEASURE_FIELDS}
        yield rows.batch("maatregel", range(1, len(told.maatregelen) + 1), {**shared, **columns})


def parse(name: str, content: bytes) -> Narrative:
    """One telling.

    Args:
        name: how errors call the file.
        content: the file.

    Raises:
        UnsoundData: it is not UTF-8, has no front matter, an unknown key or heading, a value that is not what it must
            be, or a number that may be a BSN.
    """
    lines = _lines(name, content)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if not lines or lines[0].rstrip() != "---" or end is None:
        raise UnsoundData(f"{name} has no front matter, expected edition and author_role between two lines of ---.")
    fields = _front_matter(name, "\n".join(lines[1:end]))
    return Narrative(
        edition=_edition(name, fields.get("edition")),
        author_role=_phrase(name, "author_role", fields.get("author_role")),
        is_synthetic=_yes_or_no(name, fields.get("synthetisch")),
        maatregelen=tuple(_measures(name, fields.get("maatregelen"))),
        sections=tuple(_sections(name, lines, end + 1)),
    )


def _lines(name: str, content: bytes) -> list[str]:
    """The lines of a file that may be read: of a telling's size, UTF-8, and without anybody's number."""
    if len(content) > MAX_BYTES:
        raise UnsoundData(f"{name} is larger than {MAX_BYTES // 1000} kB, expected the telling of one objective.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnsoundData(f"{name} is not UTF-8 text. Save it again as UTF-8.") from None
    if "\0" in text:
        raise UnsoundData(f"{name} is not text. Save it again as plain Markdown in UTF-8.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if holds_bsn(line):
            raise UnsoundData(
                f"{name}, line {number} holds nine digits that may be a BSN, expected no personal data in a telling. "
                "Take the number out (write an amount in thousands); nothing of the file was kept."
            )
    return lines


def _front_matter(name: str, text: str) -> dict[str, yaml.Node]:
    """The keys of the front matter, each with its node: values are read as they were written, nothing is guessed.

    yaml.safe_load would make 40.0 of 40.000 and 8 of 010, and keep the last of two equal keys without a word.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise UnsoundData(f"{name}: its front matter is no YAML: {_yaml_fault(error)}. Mend that line.") from None
    return _mapping(name, "the front matter", node, _FIELDS)


def _yaml_fault(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = " ".join(str(getattr(error, "problem", None) or "it is nested too deep or holds odd characters").split())
    return f"line {mark.line + 2}, {problem}" if mark else problem


def _mapping(name: str, what: str, node: yaml.Node | None, known: tuple[str, ...]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise UnsoundData(f"{name}: {what} is no list of keys and values, expected {', '.join(known)}.")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        word = key.value if isinstance(key, yaml.ScalarNode) else ""
        if word not in known:
            raise UnsoundData(
                f"{name}: {what} has the unknown key {delimited.quoted(word)}, expected {', '.join(known)}; "
                f"the nearest: {nearest(word, known)}."
            )
        if word in found:
            raise UnsoundData(f"{name}: {what} has {word} twice. Keep one of them.")
        found[word] = value
    return found


def _text(name: str, what: str, node: yaml.Node | None) -> str | None:
    """One value as written, None where it is empty or missing."""
    if node is None:
        return None
    if not isinstance(node, yaml.ScalarNode):
        raise UnsoundData(f"{name}: {what} holds a list, expected one value.")
    written = " ".join(str(node.value).split())
    if _HALF_CHARACTER.search(written):
        raise UnsoundData(f"{name}: {what} holds half a character (a lone surrogate), expected text.")
    return None if node.style is None and written in _EMPTY else written or None


def _edition(name: str, node: yaml.Node | None) -> str:
    written = _text(name, "edition", node)
    if written is None or not EDITION.fullmatch(written):
        found = "is empty" if written is None else f"found {delimited.quoted(written)}"
        raise UnsoundData(f"{name}: edition {found}, expected a year and a month such as 2026-04.")
    return written


def _phrase(name: str, what: str, node: yaml.Node | None) -> str:
    written = _text(name, what, node)
    if written is None:
        raise UnsoundData(f"{name}: {what} is empty, expected a few words.")
    if len(written) > MAX_PHRASE:
        raise UnsoundData(f"{name}: {what} has {len(written)} characters, expected {MAX_PHRASE} at most.")
    return written


def _yes_or_no(name: str, node: yaml.Node | None) -> bool | None:
    written = _text(name, "synthetisch", node)
    if written is None:
        return None
    if written.casefold() not in ("ja", "nee"):
        raise UnsoundData(f"{name}: synthetisch says {delimited.quoted(written)}, expected ja or nee.")
    return written.casefold() == "ja"


def _measures(name: str, node: yaml.Node | None) -> Iterator[Maatregel]:
    if node is None or (isinstance(node, yaml.ScalarNode) and _text(name, "maatregelen", node) is None):
        return
    if not isinstance(node, yaml.SequenceNode):
        raise UnsoundData(f"{name}: maatregelen is no list, expected an entry '- maatregel: …' for each measure.")
    for place, entry in enumerate(node.value, 1):
        what = f"measure {place}"
        fields = _mapping(name, what, entry, _MEASURE_FIELDS)
        yield Maatregel(
            maatregel=_phrase(name, f"{what}, maatregel", fields.get("maatregel")),
            expected_effect=_number(name, f"{what}, expected_effect", fields.get("expected_effect")),
            effect_period=_period(name, f"{what}, effect_period", fields.get("effect_period")),
            cost=_number(name, f"{what}, cost", fields.get("cost")),
        )


def _number(name: str, what: str, node: yaml.Node | None) -> str | None:
    written = _text(name, what, node)
    if written is None:
        return None
    if not _NUMBER.fullmatch(written) or _THOUSANDS.fullmatch(written):
        raise UnsoundData(
            f"{name}: {what}: found {delimited.quoted(written)}, expected a number without thousands separators, "
            "such as 40000 or -1,5."
        )
    return written.replace(",", ".").removeprefix("+")


def _period(name: str, what: str, node: yaml.Node | None) -> str | None:
    written = _text(name, what, node)
    if written is None:
        return None
    first, _, second = written.partition("/")
    if not PERIOD.fullmatch(written) or (second and int(second) != int(first) + 1):
        raise UnsoundData(
            f"{name}: {what}: found {delimited.quoted(written)}, expected a period such as 2027 or 2027-H1."
        )
    return written


def _sections(name: str, lines: list[str], start: int) -> Iterator[Section]:
    """The sections below the front matter, by their headings.

    Args:
        name: how errors call the file.
        lines: the whole file.
        start: index of the first line below the front matter.
    """
    places = [start + place for place, line in enumerate(lines[start:]) if _HEADING.fullmatch(line)]
    before = [number for number in range(start, places[0] if places else len(lines)) if lines[number].strip()]
    if before:
        raise UnsoundData(
            f"{name}, line {before[0] + 1} stands before the first heading, expected '## {SECTIONS['cause']}' there."
        )
    codes = [_code(name, number, lines[number]) for number in places]
    for (earlier, code), (_, later) in pairwise(zip(places, codes, strict=True)):
        if list(SECTIONS).index(later) <= list(SECTIONS).index(code):
            order = "; ".join(SECTIONS.values())
            raise UnsoundData(
                f"{name}: '{SECTIONS[later]}' comes again or too late, after line {earlier + 1}; "
                f"expected each heading once, in the order {order}."
            )
    for place, end, code in zip(places, [*places, len(lines)][1:], codes, strict=True):
        yield Section(code, place + 1, _without_blank_ends(lines[place + 1 : end]))


def _code(name: str, number: int, line: str) -> str:
    found = _HEADING.fullmatch(line)
    written = found.group(1).strip().rstrip("#") if found else ""
    by_key = {_heading_key(heading): code for code, heading in SECTIONS.items()}
    code = by_key.get(_heading_key(written))
    if code is None or line.lstrip().startswith("# "):
        expected = "; ".join(f"## {heading}" for heading in SECTIONS.values())
        raise UnsoundData(
            f"{name}, line {number + 1}: found the heading {delimited.quoted(line.strip())}, expected only {expected}. "
            "Headings of your own may start with ###."
        )
    return code


def _heading_key(heading: str) -> str:
    """How headings are compared: without case, doubled space, and the curled apostrophe of a word processor."""
    return " ".join(heading.replace("\u2019", "'").split()).casefold()


def _without_blank_ends(lines: list[str]) -> str:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""
