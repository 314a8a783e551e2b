"""Printed figures through the drop folder: every row becomes a figure or a refusal, and nothing else changes.

The list is `published/published_bbv_values.csv` of the collected data (`tests/real_data.py`).
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest

from dagster_project import demo
from dagster_project.execution import refresh
from dagster_project.publication import current_folder
from dagster_project.run import RunOptions
from dagster_project.trace import of_value, trace
from dagster_project.workspace import Workspace
from tests.real_data import real_data

LIST = "published_bbv_values.csv"
CONTRADICTED = {
    ("absoluut_verzuim_per_1000", "NL01", "2017/2018"): 2.1,
    ("relatief_verzuim_per_1000", "NL01", "2017/2018"): 25.0,
    ("jeugdhulp_pct", "NL01", "2023"): 13.9,
}
"""What counts where two lines contradict each other."""
REFUSED = {
    15: "contradicted",  # the country's 1,83 against the 2,1 of a later line
    16: "contradicted",  # and 23,28 against 25
    106: "superseded",  # 13,5 was provisional
    115: "unreadable_value",  # 49,3 / 49,2 (revised): two figures in one cell
    120: "unknown_unit",  # banen per inhabitants of 15-75, and not of 15-64
}
"""Line of the list to why its figure of the country cannot stand; a figure of the row's own region stands."""
SAME_FIGURE_AGAIN = 3
"""Figures of the country that two prints give alike: vsv 2018, netto arbeidsparticipatie 2018, niet-sporters 2016."""
INDICATORS = {
    "Verwijzingen Halt": ("verwijzingen_halt_per_10000", 1),
    "Winkeldiefstallen": ("winkeldiefstallen_per_1000", 1),
    "Geweldsmisdrijven": ("geweldsmisdrijven_per_1000", 1),
    "Diefstallen uit woning": ("woninginbraken_per_1000", 1),
    "Vernielingen en beschadigingen": ("vernielingen_per_1000", 1),
    "Harde kern jongeren": ("harde_kern_jongeren_per_10000", 1),
    "Jongeren met delict voor de rechter": ("delict_jongeren_pct", 1),
    "Voortijdig schoolverlaters": ("vsv_pct", 1),
    "Absoluut verzuim": ("absoluut_verzuim_per_1000", 1),
    "Relatief verzuim": ("relatief_verzuim_per_1000", 1),
    "Niet-sporters": ("niet_sporters_pct", 1),
    "Netto arbeidsparticipatie": ("netto_arbeidsparticipatie_pct", 1),
    "Achterstandsleerlingen": ("achterstandsleerlingen_pct", 1),
    "Wmo maatwerkarrangement": ("wmo_clients_per_10000", 10),
    "Kinderen in uitkeringsgezin/armoede": ("kinderen_uitkeringsgezin_pct", 1),
    "Kinderen in uitkeringsgezin": ("kinderen_uitkeringsgezin_pct", 1),
    "Bijstandsuitkering": ("bijstand_per_10000_18plus", 10),
    "Werkloze jongeren": ("werkloze_jongeren_pct", 1),
    "Jeugdhulp": ("jeugdhulp_pct", 1),
    "Jeugdreclassering": ("jeugdreclassering_pct", 1),
    "Jeugdbescherming": ("jeugdbescherming_pct", 1),
    "Banen": ("banen_per_1000", 1),
    "Lopende re-integratievoorzieningen": ("reintegratie_per_10000", 10),
    "Wmo-clienten (aantal, rounded to 5)": ("wmo_clienten", 1),
    "Wmo-clienten (aantal)": ("wmo_clienten", 1),
    "Wmo-clienten per 1.000 inwoners": ("wmo_clients_per_10000", 10),
    "Wmo huishoudens (aantal)": ("wmo_huishoudens", 1),
}
"""Indicator of each name and what a figure counts for where it is printed per 1.000; per 10.000 it counts once."""
SCHOOL_YEARS = ("vsv_pct", "absoluut_verzuim", "relatief_verzuim", "achterstandsleerlingen_pct")
REGIONS = {
    "Heemskerk": "GM0396", "Heerenveen": "GM0074", "Beverwijk": "GM0375", "Almere": "GM0034", "Waadhoeke": "GM1949",
    "Amstelveen": "GM0362", "Leeuwarden": "GM0080", "Amersfoort": "GM0307", "Sudwest-Fryslan": "GM1900",
    "Aalten": "GM0197", "Achtkarspelen": "GM0059", "Alblasserdam": "GM0482", "Albrandswaard": "GM0613",
    "Aalsmeer": "GM0358", "Houten": "GM0321", "Nederland": "NL01",
}  # fmt: skip

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Loaded:
    """A sample workspace before and after the list was dropped."""

    workspace: Workspace
    lines: list[dict[str, str]]
    before: dict[Key, tuple[Any, ...]]
    after: dict[Key, tuple[Any, ...]]
    said: str
    code: int


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    folder = current_folder(workspace)
    assert folder is not None
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def figures(workspace: Workspace) -> dict[Key, tuple[Any, ...]]:
    found = rows(
        workspace,
        "select indicator_id, region_code, period_id, value, value_status, absence, snapshot_id"
        " from marts.fct_indicator_value where territory = 'as_published'",
    )
    return {row[:3]: row[3:] for row in found}


def offline(workspace: Workspace) -> tuple[str, int]:
    return refresh(workspace, RunOptions(offline=True))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample workspace, with the code list of every gemeente, published once."""
    folder = tmp_path_factory.mktemp("printed") / "workspace"
    demo.make_demo_workspace(folder)
    workspace = Workspace(folder)
    said, code = offline(workspace)
    assert code == 0, said
    return workspace


@pytest.fixture(scope="module")
def loaded(sample: Workspace) -> Loaded:
    path = real_data("published", LIST)
    before = figures(sample)
    shutil.copy(path, sample.drop / LIST)
    said, code = offline(sample)
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return Loaded(sample, lines, before, figures(sample), said, code)


def expected(line: dict[str, str], side: str) -> tuple[Key, float | None]:
    """Where a figure must stand and what it must be, worked out from the list alone."""
    indicator, factor = INDICATORS[line["indicator"]]
    unit = line["unit_as_shown"]
    if unit == "per 1.000 inw 5-18":
        indicator += "_5_18"
    region = REGIONS[line["gemeente"]] if side == "value" else "NL01"
    period = line["period"].strip("*").replace("-1hj", "-H1").replace("-2hj", "-H2")
    if indicator.startswith(SCHOOL_YEARS):
        period = f"{int(period) - 1}/{period}"
    text = line[side].replace(",", ".")
    value = None if text == "." else float(text) * (factor if "per 1.000" in unit else 1)
    return (indicator, region, period), value


def stated(loaded: Loaded) -> Iterator[tuple[int, dict[str, str], str]]:
    for number, line in enumerate(loaded.lines, start=2):
        for side in ("value", "value_nl"):
            if line[side]:
                yield number, line, side


def test_every_row_is_a_figure_or_is_refused_with_a_reason(loaded: Loaded) -> None:
    assert len(loaded.lines) == 119
    assert loaded.code == 5, loaded.said
    path = next((loaded.workspace.root / "rejected" / "printed_figures").glob("*-lines.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        refused = {int(row["regel"]): row for row in csv.DictReader(file, delimiter=";")}
    assert {line: row["soort"] for line, row in refused.items()} == REFUSED
    assert all(row["reden"] for row in refused.values())
    told = "Eenheid 'per 1.000 inw 15-75' is niet om te rekenen voor banen_per_1000 in 2018; verwacht "
    assert refused[120]["reden"].startswith(told)

    taken = [(number, line, side) for number, line, side in stated(loaded) if not _is_refused(number, side)]
    assert len(list(stated(loaded))) == len(taken) + len(REFUSED)
    keys = set()
    for number, line, side in taken:
        key, value = expected(line, side)
        keys.add(key)
        found = loaded.after[key]
        if key in loaded.before and loaded.before[key][0] is not None:
            continue  # a publisher has it: see below
        assert found[0] == pytest.approx(value), (number, key)
        assert found[2] == (None if value is not None else "unknown"), (number, key)
    assert len(keys) == len(taken) - SAME_FIGURE_AGAIN


def _is_refused(number: int, side: str) -> bool:
    return number in REFUSED and side == "value_nl"


def test_of_lines_that_contradict_each_other_the_later_or_the_final_one_counts(loaded: Loaded) -> None:
    assert {key: loaded.after[key][0] for key in CONTRADICTED} == CONTRADICTED


def test_period_status_and_absence_are_those_that_were_printed(loaded: Loaded) -> None:
    assert loaded.after["jeugdhulp_pct", "NL01", "2022-H1"][:2] == (10.7, "revised")
    assert loaded.after["wmo_clienten", "GM0307", "2022-H1"][:2] == (8830, "provisional")
    assert loaded.after["wmo_clienten", "GM0358", "2022"][:3] == (None, None, "unknown")
    assert loaded.after["vsv_pct", "NL01", "2018/2019"][:2] == (2.0, None)
    assert not [key for key in loaded.after if key[0] == "vsv_pct" and "/" not in key[2]]


def test_no_figure_of_another_source_changed(loaded: Loaded) -> None:
    known = {key: row for key, row in loaded.before.items() if row[0] is not None or row[2] == "suppressed"}
    assert known
    assert {key: loaded.after[key] for key in known} == known
    (snapshot,) = rows(loaded.workspace, f"select snapshot_id from marts.audit_snapshot where url = '{LIST}'")
    new = {key for key, row in loaded.after.items() if row != loaded.before.get(key)}
    assert {loaded.after[key][3] for key in new} == {snapshot[0]}


def test_the_quarantine_holds_counts_and_reasons_only(loaded: Loaded) -> None:
    found = rows(loaded.workspace, "select reason, n from marts.audit_quarantine order by reason")
    assert found == [
        ("De eenheid is niet om te rekenen", 1),
        ("Een latere regel spreekt het cijfer tegen", 2),
        ("Het cijfer is niet één getal", 1),
        ("Het cijfer is vervangen door een later of definitief cijfer", 1),
    ]


def test_a_printed_figure_is_traced_to_its_line(loaded: Loaded) -> None:
    chain = trace(loaded.workspace, of_value("bijstand_per_10000_18plus", "GM0074", "2018"))
    (snapshot,) = chain["snapshots"]
    assert snapshot["url"] == LIST
    (end,) = chain["nodes"][0]["rests_on"]
    (row,) = end["rows"]
    assert (end["role"], row["gemeente"]) == ("published", "Heerenveen")
    assert (row["row_number"], row["value_written"], row["unit_label"]) == (22, "42,6", "per 1.000 inw 18+")


@pytest.mark.long
def test_a_figure_in_the_wrong_unit_is_refused_in_either_file(sample: Workspace) -> None:
    """31,4 per 10.000 where some 314 is meant; and, by hand, a figure in a unit that is stated and converted."""
    (sample.drop / "begroting_bbv.csv").write_text(
        "Gemeente;Indicator;Eenheid;Jaar;Waarde\n"
        "Velsen;Personen met een bijstandsuitkering;per 10.000 inw 18+;2016;31,4\n"
        "Velsen;Personen met een bijstandsuitkering;per 1.000 inw 18+;2017;31,4\n"
        "Velzen;Banen;per 1.000 inw 15-64;2018;600\n",
        encoding="utf-8",
    )
    header = "indicator_id;region_code;period_id;value;source;eenheid\n"
    (sample.root / "measurements.csv").write_text(
        f"{header}bijstand_per_10000_18plus;GM0392;2017;41,2;eigen telling;per 1.000 inwoners 18+\n"
        "bijstand_per_10000_18plus;GM0392;2016;31,4;eigen telling;\n"
        "bijstand_per_10000_18plus;GM0392;2018;410;eigen telling;per 100 huishoudens\n",
        encoding="utf-8",
    )
    said, code = offline(sample)
    assert code == 5, said
    assert "314 zou passen, dus de eenheid is waarschijnlijk per 1.000" in said
    assert "'Velzen' staat niet in de codelijsten van CBS; bedoelde u 'Velsen'?" in said
    assert "Eenheid 'per 100 huishoudens' is niet om te rekenen" in said
    found = figures(sample)
    bijstand = {key[1:]: row[0] for key, row in found.items() if key[0] == "bijstand_per_10000_18plus"}
    assert bijstand["GM0453", "2017"] == pytest.approx(314)
    assert bijstand["GM0392", "2017"] == pytest.approx(412)
    assert ("GM0453", "2016") not in bijstand
    assert ("GM0392", "2016") not in bijstand
    assert ("GM0392", "2018") not in bijstand
