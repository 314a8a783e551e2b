from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from dagster_project.site.queries import SnapshotRow
from dagster_project.site.words.sources import sources_of

AS_OF = date(2025, 4, 15)
WIRE = SnapshotRow(
    snapshot_id="b" * 64,
    source_id="cbs",
    dataset_id="population",
    table_id="03759ned",
    origin="wire",
    url="https://datasets.example/03759ned",
    original_url=None,
    retrieved_at=datetime(2025, 4, 13, 22, 30),
    publisher_modified="2025-02-24T02:00:00+01:00",
    licence="CC BY 4.0",
    attribution="CBS",
    is_synthetic=False,
)


def test_a_source_says_who_where_when_and_under_which_licence() -> None:
    (source,) = sources_of([WIRE], AS_OF)
    assert (source.name, source.dataset, source.licence) == ("CBS", "cbs/population, tabel 03759ned", "CC BY 4.0")
    assert (source.retrieved, source.age) == ("14 april 2025, 00:30 uur", "1 dag")
    assert (source.publisher, source.origin) == ("24 februari 2025", "rechtstreeks opgehaald")
    assert (source.link, source.fingerprint) == ("https://datasets.example/03759ned", "b" * 12)


def test_an_attribution_is_not_introduced_twice() -> None:
    (source,) = sources_of([replace(WIRE, attribution="Bron: CBS StatLine")], AS_OF)
    assert source.name == "CBS StatLine"


def test_a_source_is_named_by_its_title_with_the_publisher_after_it() -> None:
    (source,) = sources_of([replace(WIRE, title="Bevolking op 1 januari")], AS_OF)
    assert (source.name, source.attribution) == ("Bevolking op 1 januari", "CBS")


def test_a_reconstructed_source_leads_to_the_original() -> None:
    (source,) = sources_of([replace(WIRE, origin="reconstructed", original_url="https://github.example/a")], AS_OF)
    assert (source.origin, source.address) == ("gereconstrueerd", "https://github.example/a")


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        ("2021-11-26T02:00:00", "26 november 2021"),
        ("2025-03-31T23:30:00Z", "1 april 2025"),
        ("2026-06-23T00:00:00+02:00 version 202606230000", "23 juni 2026 (versie 202606230000)"),
        ("unknown, reconstructed from a file of several years", "onbekend"),
        ("Definitief", "Definitief"),
        (None, "niet vermeld"),
    ],
)
def test_the_stamp_of_a_publisher_is_a_day_or_what_it_wrote(stamp: str | None, words: str) -> None:
    (source,) = sources_of([replace(WIRE, publisher_modified=stamp)], AS_OF)
    assert source.publisher == words


@pytest.mark.parametrize("address", ["javascript:alert(1)", "export.csv", "file:///etc/passwd"])
def test_only_web_addresses_become_links(address: str) -> None:
    (source,) = sources_of([replace(WIRE, url=address)], AS_OF)
    assert (source.link, source.address) == (None, address)


def test_a_snapshot_of_after_the_day_of_judgement_says_so() -> None:
    (source,) = sources_of([WIRE], date(2025, 4, 1))
    assert source.age == "na de peildatum opgehaald"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"publisher_status": "regular"}, ""),
        ({"publisher_status": "discontinued"}, "stopgezet"),
        (
            {"publisher_status": "discontinued", "successor_table_id": "85098NED", "successor_note": "Zie elders"},
            "stopgezet; opgevolgd door tabel 85098NED",
        ),
        (
            {"publisher_status": "discontinued", "successor_note": "Deze tabel wordt opgevolgd door Banen"},
            "stopgezet; de uitgever schrijft: “Deze tabel wordt opgevolgd door Banen”",
        ),
        (
            {"trouble": "unreachable", "trouble_since": datetime(2025, 4, 9, 22, 30)},
            "onbereikbaar sinds 10 april 2025",
        ),
        (
            {"successor_table_id": "85098NED", "trouble": "vanished", "trouble_since": datetime(2025, 4, 9)},
            "opgevolgd door tabel 85098NED; bij de uitgever niet meer te vinden sinds 9 april 2025",
        ),
    ],
)
def test_what_deserves_a_warning_is_said_in_words(changes: dict[str, Any], words: str) -> None:
    (source,) = sources_of([replace(WIRE, **changes)], AS_OF)
    assert source.state == words
