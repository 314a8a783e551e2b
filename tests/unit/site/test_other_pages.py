"""The pages of plan indicators, sources and accessibility."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.site import render_site
from dagster_project.site.pages.bronnen import rests_on_sentence
from dagster_project.site.pages.toegankelijkheid import contact_link
from dagster_project.site.queries import SnapshotRow
from dagster_project.site.queries.audit import Quarantined
from dagster_project.site.words.sources import set_aside_sentence
from dagster_project.workspace import SETTINGS_FILE, Workspace, read_settings
from tests.unit.site import more_rows
from tests.unit.site.html_outline import Outline, article
from tests.unit.site.page_build import RUN, make_build, make_workspace


def render(folder: Path, page: str, sql: str = "", settings: str = "") -> str:
    workspace = make_workspace(folder / "ws")
    if settings:
        path = workspace.root / SETTINGS_FILE
        path.write_text(path.read_text(encoding="utf-8") + settings, encoding="utf-8")
        workspace = Workspace(workspace.root)
    render_site(make_build(folder / "w.duckdb", sql=sql), workspace, folder / "site", RUN)
    return (folder / "site" / page).read_text(encoding="utf-8")


def test_plan_indicators_stand_in_their_groups_with_the_newest_figure_or_what_is_missing(tmp_path: Path) -> None:
    page = render(tmp_path, "indicatoren.html", more_rows.PLAN_INDICATORS)
    assert "4 indicatoren in 2 groepen; van 2 is er een cijfer." in Outline(page).text
    work, care = article(page, "groep Werk en inkomen"), article(page, "groep Zorg")
    assert "Inwoners met bijstand Per 10.000 inwoners. 214,4 per 10.000 inwoners 2020" in work
    assert "Werkt met loonkostensubsidie definitie niet in bron 45 inwoners 2023 niet in bron" in work
    assert "Tevreden cliënten definitie niet in bron nog niet gemeten elk jaar" in care
    assert "Indicator 1 definitie niet in bron Alleen een nummer niet in bron" in care


def test_without_plan_indicators_the_page_says_how_to_name_them(tmp_path: Path) -> None:
    text = Outline(render(tmp_path, "indicatoren.html")).text
    assert "Er zijn nog geen indicatoren van een plan vastgelegd." in text
    assert "indicators.csv" in text


def test_the_page_of_sources_says_what_was_checked_failed_set_aside_and_is_lacking(tmp_path: Path) -> None:
    text = Outline(render(tmp_path, "bronnen.html", more_rows.QUARANTINE)).text
    for part in (
        "Er zijn 5 controles gedaan: 4 in orde, 1 gaf een waarschuwing en geen enkele ging mis.",
        "Controles die niet in orde waren",
        "Er zijn 1.200 cijfers terzijde gelegd, om 1 reden.",
        "Er staat geen cijfer Kerncijfers 2020 1.200",
        "Kerncijfers 2020: onbereikbaar sinds 1 april 2025",
        "Nog niet ontvangen",
        "Kerncijfers 2021",
    ):
        assert part in text


def snapshot(day: int) -> SnapshotRow:
    return SnapshotRow(
        snapshot_id=str(day),
        source_id="cbs",
        dataset_id=str(day),
        table_id=None,
        origin="wire",
        url=None,
        original_url=None,
        retrieved_at=datetime(2025, 4, day, 10, tzinfo=UTC),
        publisher_modified=None,
        licence=None,
        attribution=None,
        is_synthetic=False,
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], "Deze publicatie rust op geen enkel bestand."),
        ([15], "De cijfers rusten op 1 bestand van 1 bron. Alles is op de peildatum opgehaald."),
        (
            [1, 14],
            "De cijfers rusten op 2 bestanden van 1 bron. Het nieuwste is 1 dag voor de peildatum opgehaald, het "
            "oudste 14 dagen voor de peildatum.",
        ),
    ],
)
def test_how_old_the_figures_are(days: list[int], words: str) -> None:
    assert rests_on_sentence([snapshot(day) for day in days], date(2025, 4, 15)) == words


def test_figures_set_aside_are_added_up_over_their_reasons() -> None:
    assert set_aside_sentence([]) == "Er is geen enkel cijfer terzijde gelegd."
    rows = [Quarantined("a", "Te groot", 2), Quarantined("b", "Te groot", 1), Quarantined("b", "Geen cijfer", 1)]
    assert set_aside_sentence(rows) == "Er zijn 4 cijfers terzijde gelegd, om 2 redenen."


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("toegankelijk@voorbeeld.nl", "mailto:toegankelijk@voorbeeld.nl"),
        ("https://voorbeeld.nl/contact", "https://voorbeeld.nl/contact"),
        ("de balie, 0251-123456", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_a_contact_is_a_link_only_where_it_is_an_address(contact: str, link: str | None) -> None:
    assert contact_link(contact) == link


def test_the_accessibility_statement_claims_no_more_than_was_tested(tmp_path: Path) -> None:
    text = Outline(render(tmp_path, "toegankelijkheid.html")).text
    assert "Status: voldoet gedeeltelijk." in text
    assert "Er is nog geen test gedaan met mensen" in text
    assert "nog geen contactgegevens ingevuld" in text


def test_contact_and_examined_statement_come_from_the_settings(tmp_path: Path) -> None:
    settings = 'contact = "toegankelijk@voorbeeld.nl"\naccessibility_url = "https://voorbeeld.nl/verklaring"\n'
    page = render(tmp_path, "toegankelijkheid.html", settings=settings)
    assert 'href="mailto:toegankelijk@voorbeeld.nl"' in page
    assert 'href="https://voorbeeld.nl/verklaring"' in page


def test_an_address_of_a_statement_that_is_no_address_is_refused(tmp_path: Path) -> None:
    path = tmp_path / SETTINGS_FILE
    path.write_text('gemeente = "GM0396"\ngemeente_name = "H"\naccessibility_url = "javascript:x"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="accessibility_url"):
        read_settings(path)
