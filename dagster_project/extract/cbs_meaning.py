"""Which column, measure or code of a CBS table a contract means: found by name or title, never by place.

Both versions of OData come here with their own descriptions of columns and their own code lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from dagster_project.contracts import Dataset, Measure
from dagster_project.extract.cbs_rows import unsound
from dagster_project.extract.rows import closest

Row = Mapping[str, Any]
Found = tuple[Measure, str, Row]
"""A measure of the contract, the key of its column (v3) or its code (v4), and CBS's description of it."""
Codes = tuple[str, ...]
"""The codes of one row, without padding, in the dimensions that a contract chooses from."""
_NUMBER = re.compile(r"_\d+$")
_SHOWN = 60
"""Characters of a title that an error message shows."""


@dataclass(frozen=True)
class Naming:
    """How a version of the protocol names what it measures.

    Attributes:
        word: what it calls a measure.
        listing: the collection that describes them.
        key: the field of a description, and of a code, that identifies it.
        is_numbered: whether keys end in a number that differs per table.
    """

    word: str
    listing: str
    key: str
    is_numbered: bool


def plain(text: object) -> str:
    """A title as titles are compared: lower case, single spaces."""
    return " ".join(str(text or "").split()).casefold()


def find_measures(dataset: Dataset, described: Sequence[Row], naming: Naming) -> list[Found]:
    """Each measure of the contract with its key and CBS's description of it.

    CBS numbers the columns of a wide table anew each year (`WmoClienten_86`, `WmoClienten_89`), so a name without the
    number fits whatever the number is.

    Args:
        dataset: the contract.
        described: CBS's description of each column or measure.
        naming: how this version names them.

    Raises:
        UnsoundData: none of the names of a measure is there, or the first that is there fits several.
    """
    by_key = {str(row.get(naming.key)): row for row in described}
    keys = [_find(dataset, measure, by_key, naming) for measure in dataset.measures]
    return [(measure, key, by_key[key]) for measure, key in zip(dataset.measures, keys, strict=True)]


def _find(dataset: Dataset, measure: Measure, by_key: Mapping[str, Row], naming: Naming) -> str:
    for name, keys in _candidates(measure, by_key, naming):
        if len(keys) > 1:
            found = f"{name} fits several {naming.word}s, {', '.join(keys)}"
            raise unsound(dataset, found, "one: name the full key in the contract")
        if keys:
            return keys[0]
    called = [*measure.names, *(f"with title {title!r}" for title in measure.titles)]
    raise unsound(
        dataset,
        f"it has no {naming.word} {', '.join(called)}",
        f"it in {naming.listing}; nearest: {_nearest(measure, by_key, naming)}",
    )


def _candidates(measure: Measure, by_key: Mapping[str, Row], naming: Naming) -> Iterator[tuple[str, list[str]]]:
    """Each name and title of a measure, in order, with the keys that it fits."""
    for name in measure.names:
        stems = by_key if naming.is_numbered else ()
        yield name, [name] if name in by_key else [key for key in stems if _NUMBER.sub("", key) == name]
    for title in measure.titles:
        fits = [key for key, row in by_key.items() if plain(row.get("Title")) == plain(title)]
        yield f"title {title!r}", fits


def _nearest(measure: Measure, by_key: Mapping[str, Row], naming: Naming) -> str:
    """The nearest keys, by name and by title, as a phrase; with titles where the contract or the key calls for them."""
    by_title = {plain(row.get("Title")): key for key, row in by_key.items()}
    near = [key for name in measure.names for key in closest(name, by_key)]
    near += [by_title[found] for title in measure.titles for found in closest(plain(title), by_title)]
    keys = list(dict.fromkeys(near))[:5]
    if naming.is_numbered and not measure.titles:
        return ", ".join(keys) or "none at all"
    return ", ".join(f"{key} ({_shown(by_key[key])})" for key in keys) or "none at all"


def _shown(row: Row) -> str:
    return " ".join(str(row.get("Title") or "without title").split())[:_SHOWN]


@dataclass(frozen=True)
class Choices:
    """The codes that a contract chooses, looked up in the table's own code lists.

    Attributes:
        dataset: the contract.
        codes: each dimension it chooses from to what the contract says and the code, as sent, that this means.
    """

    dataset: Dataset
    codes: Mapping[str, Mapping[str, str]]

    @classmethod
    def look_up(cls, dataset: Dataset, code_list: Callable[[str], Sequence[Row]], naming: Naming) -> Choices:
        """Find the code of every title in the contract.

        Args:
            dataset: the contract.
            code_list: gives the code list of a dimension.
            naming: how this version names a code.

        Raises:
            UnsoundData: a title or code is not in its code list, or stands there twice.
        """
        codes = {
            dimension: _look_up(dataset, dimension, wanted, code_list(dimension), naming.key)
            for dimension, wanted in dataset.chosen.items()
        }
        return cls(dataset, codes)

    def conditions(self) -> list[str]:
        """What to ask of each dimension in `$filter`: one of its chosen codes, padded as the service has them."""
        return [
            "(" + " or ".join(f"{dimension} eq {_quoted(code)}" for code in dict.fromkeys(codes.values())) + ")"
            for dimension, codes in self.codes.items()
        ]

    def of(self, measure: Measure) -> tuple[frozenset[str], ...]:
        """The codes, without padding, at which a measure is taken, per dimension."""
        return tuple(
            frozenset(codes[text].strip() for text in self.dataset.codes_of(measure, dimension))
            for dimension, codes in self.codes.items()
        )


def _look_up(dataset: Dataset, dimension: str, wanted: Sequence[str], rows: Sequence[Row], key: str) -> dict[str, str]:
    by_code = {str(row.get(key)).strip(): str(row.get(key)) for row in rows}
    by_title: dict[str, list[str]] = {}
    for row in rows:
        by_title.setdefault(plain(row.get("Title")), []).append(str(row.get(key)))
    found: dict[str, str] = {}
    for text in wanted:
        codes = [by_code[text.strip()]] if text.strip() in by_code else by_title.get(plain(text), [])
        if not codes:
            titles = {plain(row.get("Title")): _shown(row) for row in rows}
            near = ", ".join(repr(titles[title]) for title in closest(plain(text), titles)) or "none at all"
            raise unsound(
                dataset, f"{dimension} has no code or title {text!r}", f"it in the code list; nearest: {near}"
            )
        if len(codes) > 1:
            listed = ", ".join(code.strip() for code in codes)
            raise unsound(dataset, f"title {text!r} of {dimension} is that of {listed}", "one: name the code itself")
        found[text] = codes[0]
    return found


def _quoted(code: str) -> str:
    return "'" + code.replace("'", "''") + "'"


class Takers:
    """Which measure of the contract takes a cell: one at most.

    Attributes:
        dimensions: those that the contract chooses from.
    """

    def __init__(self, dataset: Dataset, found: Sequence[Found], choices: Choices) -> None:
        """Prepare.

        Raises:
            UnsoundData: two measures take the same cells.
        """
        self.dimensions = tuple(choices.codes)
        self._dataset = dataset
        self._asked = [{code.strip() for code in codes.values()} for codes in choices.codes.values()]
        self._by_key: dict[str, list[tuple[int, tuple[frozenset[str], ...]]]] = {}
        for place, (measure, key, _) in enumerate(found):
            self._by_key.setdefault(key, []).append((place, choices.of(measure)))
        for key, takers in self._by_key.items():
            for (one, its_codes), (other, other_codes) in combinations(takers, 2):
                if all(mine & yours for mine, yours in zip(its_codes, other_codes, strict=True)):
                    both = f"{found[one][0].concept} and {found[other][0].concept}"
                    raise unsound(dataset, f"{both} both take {key}", "another column or another where for each")

    def place(self, key: str, codes: Codes) -> int | None:
        """Place in the contract of the measure that takes this cell.

        None: no measure does. The question names codes per dimension, so the answer holds combinations that nobody
        asked for.

        Args:
            key: key of the column or code of the measure.
            codes: the row's codes in `dimensions`.

        Raises:
            UnsoundData: the measure or a code was not asked at all.
        """
        if key not in self._by_key:
            found = f"observations of measure {key} came, which was not asked"
            raise unsound(self._dataset, found, ", ".join(self._by_key))
        for dimension, code, asked in zip(self.dimensions, codes, self._asked, strict=True):
            if code not in asked:
                found = f"rows of {dimension} {code[:_SHOWN]!r} came, which were not asked"
                raise unsound(self._dataset, found, ", ".join(sorted(asked)))
        for place, its_codes in self._by_key[key]:
            if all(code in wanted for code, wanted in zip(codes, its_codes, strict=True)):
                return place
        return None
