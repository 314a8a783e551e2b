"""The gemeenten that exist, by name and code, for whoever has to name one.

The list is that of CBS (StatLine 03759ned, CC BY 4.0) as the product ships it among its samples; whoever went before
comes from `seeds/region_changes.csv`. Figures and borders do not belong here: those are models.
"""

from __future__ import annotations

import csv
import difflib
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from dagster_project.errors import ConfigurationError
from dagster_project.product import product_path
from dagster_project.snapshots import SnapshotStore
from dagster_project.workspace import GEMEENTE_CODE

_QUALIFIER = re.compile(r"\s*\([^)]*\)$")
_MOST = 5
"""Names that are proposed for one that is not known."""


@dataclass(frozen=True)
class Gemeente:
    """A gemeente: its CBS code (GM0396), and its name as people write it."""

    code: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


@dataclass(frozen=True)
class _Successor:
    """What became of a gemeente that is no more."""

    name: str
    since: str
    gemeenten: tuple[Gemeente, ...]


@cache
def gemeenten() -> tuple[Gemeente, ...]:
    """Those of the newest period in the list, in order of code.

    A name is that of CBS without what stands behind it in brackets, unless two would then be the same.
    """
    store = SnapshotStore(product_path("sources", "samples", "open", "snapshots"))
    snapshot = store.latest("cbs", "population")
    if snapshot is None:
        raise ConfigurationError("The list of gemeenten that ships with Opkoers is missing. Install Opkoers again.")
    with store.opened(snapshot) as path, zipfile.ZipFile(path) as pages:
        codes = json.loads(pages.read("codes-RegioS.json"))["value"]
        observed = json.loads(pages.read("observations-0001.json"))["value"]
    newest = max(row["Perioden"] for row in observed)
    there = {row["RegioS"].strip() for row in observed if row["Perioden"] == newest and row["Value"] is not None}
    whole = {row["Identifier"]: row["Title"] for row in codes if row["Identifier"] in there}
    bare = {code: _QUALIFIER.sub("", title) for code, title in whole.items() if GEMEENTE_CODE.fullmatch(code)}
    names = list(bare.values())
    return tuple(Gemeente(code, name if names.count(name) == 1 else whole[code]) for code, name in sorted(bare.items()))


def find_gemeente(asked: str) -> Gemeente:
    """The gemeente that somebody means: by code, number or name, with or without accents and capitals.

    Raises:
        ConfigurationError: none or more than one fits; those that come near, and what became of one that is no more,
            are named.
    """
    written = asked.strip()
    code = f"GM{written.zfill(4)}" if re.fullmatch(r"\d{1,4}", written) else written.upper()
    hits = [one for one in gemeenten() if one.code == code] or _called(_key(written))
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise ConfigurationError(f"The name {written!r} fits more than one gemeente. Give the code: {_listed(hits)}.")
    gone = _gone().get(code) or _gone().get(_key(written))
    if gone:
        raise ConfigurationError(
            f"{gone.name} is no gemeente of its own since {gone.since}; it went into: {_listed(gone.gemeenten)}."
        )
    near = _near(_key(written))
    if near:
        raise ConfigurationError(f"There is no gemeente {written!r}. Those that come near: {_listed(near)}.")
    raise ConfigurationError(
        f"There is no gemeente {written!r}. Give its name or its CBS code, such as Heemskerk or GM0396."
    )


def _called(key: str) -> list[Gemeente]:
    """Those that answer to a name: whole, in part of a pair of equal ones, or as people call it (Den Haag)."""
    with product_path("seeds", "region_labels.csv").open(encoding="utf-8", newline="") as stream:
        also = {_key(row["region_label"]): row["region_code"] for row in csv.DictReader(stream)}
    whole = [one for one in gemeenten() if key == _key(one.name) or one.code == also.get(key)]
    return whole or [one for one in gemeenten() if key and key == _key(_QUALIFIER.sub("", one.name))]


def _near(key: str) -> list[Gemeente]:
    """Those whose name holds what was written as whole words, then those that are spelled nearly so."""
    if not key:
        return []
    known = {_key(one.name): one for one in gemeenten()}
    holding = [name for name in known if re.search(rf"\b{re.escape(key)}", name)]
    alike = difflib.get_close_matches(key, known, n=_MOST, cutoff=0.75)
    return [known[name] for name in dict.fromkeys([*holding, *alike])][:_MOST]


@cache
def _gone() -> dict[str, _Successor]:
    """By code and by name what became of the gemeenten that are no more, followed to those that exist."""
    existing = {one.code: one for one in gemeenten()}
    went: dict[str, list[dict[str, str]]] = {}
    with product_path("seeds", "region_changes.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["old_code"] not in existing and row["old_code"] != row["new_code"]:
                went.setdefault(row["old_code"], []).append(row)
    gone = {}
    for code, rows in went.items():
        heirs = tuple(existing[heir] for heir in dict.fromkeys(_heirs(code, went)) if heir in existing)
        if heirs:
            successor = _Successor(rows[-1]["old_name"], rows[-1]["event_date"], heirs)
            gone[code] = gone[_key(successor.name)] = successor
    return gone


def _heirs(code: str, went: dict[str, list[dict[str, str]]]) -> list[str]:
    return [heir for row in went.get(code, ()) for heir in (_heirs(row["new_code"], went) or [row["new_code"]])]


def _listed(some: Iterable[Gemeente]) -> str:
    return ", ".join(map(str, some))


def _key(name: str) -> str:
    """A name without what people write differently: capitals, accents, apostrophes, hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9()]+", " ", plain.lower().replace("'", "")).split())
