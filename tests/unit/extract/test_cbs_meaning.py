"""Columns, measures and codes are found by what they are called: over real HTTP, for both versions of the protocol."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts import MOST_CODES, Dataset, Measure
from dagster_project.errors import UnsoundData
from dagster_project.extract import cbs, cbs_v3
from dagster_project.extract.cbs_meaning import find_measures
from dagster_project.extract.http import HttpClient
from dagster_project.snapshots import pack
from tests.standin import faults, made_up
from tests.standin.made_up import MARGINS, survey_contract, survey_figure
from tests.standin.reading import pulled, rows_of
from tests.standin.server import StandIn
from tests.standin.tables import V3Table, V4Table

SURVEYS = {"v3": made_up.survey_v3(), "v4": made_up.survey_v4()}
SPORTERS = {"v3": "Sporters", "v4": "M000001"}
ROKERS = {"v3": "Rokers", "v4": "M000002"}
REGIONS = ("GM9000", "GM9001", "GM9002", "GM9003")
VERSIONS = ["v3", "v4"]
V3 = made_up.v3_table()


@pytest.fixture(autouse=True)
def _surveys(standin: StandIn) -> None:
    for table in SURVEYS.values():
        standin.put(table)


def at(version: str, concept: str, margin: str, **more: Any) -> dict[str, Any]:
    return {"measure": SPORTERS[version], "concept": concept, "unit": "%", "where": {"Marges": margin}, **more}


def with_margins(version: str, **changes: Any) -> Dataset:
    """The value and both ends of its margin, from people of 18 and older."""
    measures = [
        at(version, "sporters", "Waarde"),
        at(version, "sporters_low", "ondergrens  95%-Interval"),
        at(version, "sporters_high", "MBG0095"),
    ]
    return survey_contract(SURVEYS[version], *measures, **{"select": {"Leeftijd": "18 jaar of ouder"}, **changes})


def figures(dataset: Dataset, path: Path) -> dict[tuple[str, str, str], int]:
    """Concept, region and codes of the other dimensions to the value; no two rows may have them alike."""
    rows = rows_of(dataset, path)
    found = {
        (row["concept_id"], row["region_key"].strip(), row["detail_key"] or ""): int(row["value_text"]) for row in rows
    }
    assert len(found) == len(rows)
    assert len({row["row_number"] for row in rows}) == len(rows)
    return found


# ---- names


def test_the_first_name_that_fits_counts_whatever_stands_first_in_the_table(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    other = {**V3.properties[2], "Key": "Klanten_2018_7", "Title": "Klanten toen"}
    table = replace(
        V3,
        properties=[V3.properties[0], other, *V3.properties[1:]],
        rows=[{**row, "Klanten_2018_7": 1} for row in V3.rows],
    )
    standin.put(table)
    for names, key in (
        (("Cliënten", "Klanten"), "Klanten_1"),
        (("Klanten_2018", "Klanten"), "Klanten_2018_7"),
        (("Klanten", "Klanten_2018"), "Klanten_1"),
    ):
        dataset = made_up.v3_contract(table, Measure(measure=names, concept="wmo_clients"))
        rows = rows_of(dataset, pulled(dataset, standin, http, tmp_path).file)
        assert {row["measure_key"] for row in rows} == {key}


NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=12)


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), st.data())
def test_numbers_and_places_of_columns_never_change_which_one_is_found(names: list[str], data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(0, 999), min_size=len(names), max_size=len(names)))
    topics = [{"Key": f"{name}_{number}", "Title": name} for name, number in zip(names, numbers, strict=True)]
    shuffled = data.draw(st.permutations(topics))
    dataset = made_up.v3_contract(V3, *(Measure(measure=name, concept=name) for name in names))
    found = find_measures(dataset, shuffled, cbs_v3.NAMING)
    assert [row["Title"] for _, _, row in found] == names


@pytest.mark.parametrize("version", VERSIONS)
def test_a_title_finds_its_column_without_case_and_with_single_spaces(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    named = {"title": "wekelijkse SPORTERS ", "concept": "sporters", "where": {"Marges": "Waarde"}}
    several = {**named, "measure": "Bewegers", "title": ["Bewegers", "Wekelijkse sporters"]}
    titled, either = (survey_contract(SURVEYS[version], one, select={"Leeftijd": "80200"}) for one in (named, several))
    for dataset in (titled, either):
        taken = figures(dataset, pulled(dataset, standin, http, tmp_path).file)
        assert list(taken.values()) == [survey_figure(region, "MW00000", "80200") for region in REGIONS]


@pytest.mark.parametrize(
    ("version", "measure", "told"),
    [
        ("v3", {"measure": ["Sporter", "Bewegers"]}, "no column Sporter, Bewegers; expected it in DataProperties"),
        ("v3", {"measure": ["Sporter", "Bewegers"]}, "nearest: Sporters_1"),
        ("v3", {"title": "Sporters per week"}, r"no column with title 'Sporters per week'.*Sporters_1 \(Wekelijkse sp"),
        ("v4", {"measure": "M00001"}, r"no measure M00001; .*M000001 \(Wekelijkse sporters\)"),
        (
            "v4",
            {"title": "Roker"},
            r"no measure with title 'Roker'; expected it in MeasureCodes; nearest: M000002 \(Ro",
        ),
        ("v4", {"measure": "X", "title": "Dagelijkse sporters"}, r"M000001 \(Wekelijkse sporters\)"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_the_nearest_names_and_titles(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str, measure: dict[str, Any], told: str
) -> None:
    dataset = survey_contract(SURVEYS[version], {**measure, "concept": "sporters"})
    with pytest.raises(UnsoundData, match=told):
        pulled(dataset, standin, http, tmp_path)
    assert not standin.count("TypedDataSet")
    assert not standin.count("Observations")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_title_that_fits_two_columns_is_refused_with_both_keys(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    table = SURVEYS[version]
    if isinstance(table, V3Table):
        table = replace(table, properties=[{**row, "Title": "Totaal"} for row in table.properties])
    else:
        table = replace(table, measures=[{**row, "Title": "Totaal"} for row in table.measures])
    standin.put(table)
    keys = {"v3": "columns, Sporters_1, Rokers_2", "v4": "measures, M000001, M000002"}[version]
    with pytest.raises(UnsoundData, match=f"title 'Totaal' fits several {keys}; expected one: name the full key"):
        pulled(survey_contract(table, {"title": "Totaal", "concept": "sporters"}), standin, http, tmp_path)


def test_a_table_without_any_measure_says_so(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    standin.put(replace(made_up.survey_v4(), measures=[]))
    dataset = survey_contract(SURVEYS["v4"], {"measure": "M000001", "concept": "sporters"})
    with pytest.raises(UnsoundData, match="nearest: none at all"):
        pulled(dataset, standin, http, tmp_path)


# ---- codes


@pytest.mark.parametrize("version", VERSIONS)
def test_one_column_feeds_the_value_and_both_ends_of_its_margin(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    dataset = with_margins(version)
    taken = figures(dataset, pulled(dataset, standin, http, tmp_path).file)
    margins = {"sporters": "MW00000", "sporters_low": "MOG0095", "sporters_high": "MBG0095"}
    assert taken == {
        (concept, region, f"Marges={margin}|Leeftijd=20300"): survey_figure(region, margin, "20300")
        for concept, margin in margins.items()
        for region in REGIONS
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_codes_are_asked_by_key_beside_the_filter_of_the_contract(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    contains = {"v3": "substringof('GM',RegioS)", "v4": "startswith(RegioS,'GM')"}[version]
    dataset = with_margins(version, filter=f"{contains} or RegioS eq 'NL01'")
    recording = pulled(dataset, standin, http, tmp_path)
    pad = " " if version == "v3" else ""
    codes = [f"{code}{pad}" for code in MARGINS]
    age = "20300   " if version == "v3" else "20300"
    asked = unquote(recording.url).partition("$filter=")[2]
    assert asked == (
        f"({contains} or RegioS eq 'NL01') and (Leeftijd eq '{age}') and "
        f"(Marges eq '{codes[0]}' or Marges eq '{codes[1]}' or Marges eq '{codes[2]}')"
        + (" and (Measure eq 'M000001')" if version == "v4" else "")
    )
    assert recording.row_count == len(REGIONS) * 3


@pytest.mark.parametrize("version", VERSIONS)
def test_a_selection_takes_several_codes_by_title_or_key_and_a_measure_goes_its_own_way(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    dataset = survey_contract(
        SURVEYS[version],
        {"measure": SPORTERS[version], "concept": "sporters"},
        {"measure": ROKERS[version], "concept": "rokers_65", "where": {"Leeftijd": "65 jaar of ouder"}},
        select={"Marges": "Waarde", "Leeftijd": ["18 JAAR of ouder", "80200"]},
    )
    taken = figures(dataset, pulled(dataset, standin, http, tmp_path).file)
    ages = ("20300", "80200")
    sporters = {
        ("sporters", r, f"Marges=MW00000|Leeftijd={age}"): survey_figure(r, "MW00000", age)
        for r in REGIONS
        for age in ages
    }
    rokers = {
        ("rokers_65", r, "Marges=MW00000|Leeftijd=80200"): 1 + survey_figure(r, "MW00000", "80200") for r in REGIONS
    }
    assert taken == sporters | rokers


@pytest.mark.parametrize("version", VERSIONS)
def test_combinations_that_only_the_union_of_the_question_brings_are_left_out(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    young = {"Marges": "Waarde", "Leeftijd": "18 jaar of ouder"}
    old = {"Marges": "Bovengrens 95%-interval", "Leeftijd": "65 jaar of ouder"}
    dataset = survey_contract(
        SURVEYS[version],
        {"measure": SPORTERS[version], "concept": "young", "where": young},
        {"measure": SPORTERS[version], "concept": "old_high", "where": old},
    )
    recording = pulled(dataset, standin, http, tmp_path)
    assert recording.row_count == len(REGIONS) * 4
    taken = figures(dataset, recording.file)
    assert {(concept, value) for (concept, _, _), value in taken.items()} == {
        *(("young", survey_figure(region, "MW00000", "20300")) for region in REGIONS),
        *(("old_high", survey_figure(region, "MBG0095", "80200")) for region in REGIONS),
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_rows_of_a_code_that_was_not_asked_set_the_table_aside(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    dataset = with_margins(version)
    data = {"v3": "TypedDataSet", "v4": "Observations"}[version]
    standin.misbehave(data, faults.rewritten(faults.with_row_again(0, Leeftijd="80200")))
    recording = pulled(dataset, standin, http, tmp_path)
    with pytest.raises(UnsoundData, match="rows of Leeftijd '80200' came, which were not asked; expected 20300"):
        rows_of(dataset, recording.file)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ondergrens", "Marges has no code or title 'Ondergrens'; .*nearest: 'Ondergrens 95%-interval'"),
        ("MOG95", "Marges has no code or title 'MOG95'"),
    ],
)
def test_a_title_that_is_not_in_the_code_list_sets_the_table_aside_with_the_nearest(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str, text: str, told: str
) -> None:
    dataset = survey_contract(SURVEYS[version], at(version, "sporters_low", text))
    with pytest.raises(UnsoundData, match=told):
        pulled(dataset, standin, http, tmp_path)
    assert not standin.count("TypedDataSet")
    assert not standin.count("Observations")


def test_a_title_of_two_codes_is_refused_and_the_code_itself_is_taken(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    table = made_up.survey_v3()
    standin.put(replace(table, codes={**table.codes, "Marges": [{**c, "Title": "x"} for c in table.codes["Marges"]]}))
    with pytest.raises(UnsoundData, match="title 'X' of Marges is that of MW00000, MOG0095, MBG0095; expected one"):
        pulled(survey_contract(table, at("v3", "sporters", "X")), standin, http, tmp_path)
    dataset = survey_contract(table, at("v3", "sporters", "MW00000"), select={"Leeftijd": "20300"})
    assert len(figures(dataset, pulled(dataset, standin, http, tmp_path).file)) == len(REGIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_two_measures_that_take_the_same_cells_are_refused_before_figures_are_asked(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    same = [at(version, "one", "Waarde"), at(version, "other", "MW00000")]
    with pytest.raises(UnsoundData, match=r"one and other both take (Sporters_1|M000001); expected another column or"):
        pulled(survey_contract(SURVEYS[version], *same), standin, http, tmp_path)
    assert not standin.count("TypedDataSet")
    assert not standin.count("Observations")


def test_a_quote_in_a_code_is_written_twice(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    table = made_up.survey_v4()
    ages = [{"Identifier": "65'ers", "Title": "65 jaar of ouder"}]
    rows = [{**row, "Leeftijd": "65'ers"} for row in table.rows if row["Leeftijd"] == "80200"]
    standin.put(replace(table, codes={**table.codes, "Leeftijd": ages}, rows=rows))
    dataset = survey_contract(table, at("v4", "sporters", "Waarde"), select={"Leeftijd": "65 jaar of ouder"})
    recording = pulled(dataset, standin, http, tmp_path)
    assert "Leeftijd eq '65''ers'" in unquote(recording.url)
    assert len(figures(dataset, recording.file)) == len(REGIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_code_lists_of_chosen_dimensions_are_kept_and_read_back(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    dataset = with_margins(version)
    codes = rows_of(dataset, pulled(dataset, standin, http, tmp_path).file, "cbs_code")
    assert {c["dimension"] for c in codes} == {"RegioS", "Leeftijd", "Marges"}
    assert {c["code_key"].strip(): c["title"] for c in codes if c["dimension"] == "Marges"} == MARGINS
    assert len({c["row_number"] for c in codes}) == len(codes)


def test_titles_mean_what_the_code_list_of_the_snapshot_says(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    dataset = with_margins("v4")
    before = pulled(dataset, standin, http, tmp_path / "before").file
    table = made_up.survey_v4()
    renamed = [{**c, "Identifier": c["Identifier"][::-1]} for c in table.codes["Leeftijd"]]
    rows = [{**row, "Leeftijd": row["Leeftijd"][::-1]} for row in table.rows]
    standin.put(replace(table, codes={**table.codes, "Leeftijd": renamed}, rows=rows))
    after = pulled(dataset, standin, http, tmp_path / "after").file
    values = [[value for _, value in sorted(figures(dataset, path).items())] for path in (before, after)]
    assert values[0] == values[1]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_snapshot_from_before_the_choice_is_set_aside_for_want_of_its_code_list(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    plain = survey_contract(SURVEYS[version], {"measure": SPORTERS[version], "concept": "sporters"})
    old = pulled(plain, standin, http, tmp_path).file
    with pytest.raises(UnsoundData, match="its snapshot has no codes-Leeftijd"):
        rows_of(with_margins(version), old)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_dimension_that_the_table_lacks_is_named(
    standin: StandIn, http: HttpClient, tmp_path: Path, version: str
) -> None:
    dataset = survey_contract(SURVEYS[version], at(version, "sporters", "Waarde"), select={"Geslacht": "Totaal"})
    with pytest.raises(UnsoundData, match="no dimension Geslacht; expected one of"):
        pulled(dataset, standin, http, tmp_path)


def test_titles_that_changed_under_one_stamp_are_asked_again_when_a_broken_pull_goes_on(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    table = made_up.survey_v3()
    wrong = [{**c, "Title": "?"} for c in table.codes["Marges"]]
    standin.put(replace(table, codes={**table.codes, "Marges": wrong}))
    dataset = with_margins("v3")
    with pytest.raises(UnsoundData):
        pulled(dataset, standin, http, tmp_path)
    standin.put(table)
    assert len(figures(dataset, pulled(dataset, standin, http, tmp_path).file)) == 3 * len(REGIONS)


# ---- the table as a whole


def test_what_cbs_says_of_a_table_is_read_for_both_versions(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    said = {}
    for version in VERSIONS:
        dataset = with_margins(version)
        [row] = rows_of(dataset, pulled(dataset, standin, http, tmp_path).file, "cbs_table")
        said[version] = {name: row.get(name) for name in row if name not in ("source_id", "dataset_id", "snapshot_id")}
    assert said == {
        "v3": {
            "row_number": 1,
            "table_id": "99003NED",
            "title": made_up.SAYS_SO,
            "status": "Gediscontinueerd",
            "modified": "2024-03-01T02:00:00",
            "version_reason": "Correctie",
            "coverage": "2022",
            "description": "Opgevolgd door een andere tabel",
        },
        "v4": {
            "row_number": 1,
            "table_id": "99004NED",
            "title": made_up.SAYS_SO,
            "status": "Regulier",
            "modified": "2024-06-01T00:00:00+02:00",
            "version": "202406010000",
            "version_reason": "Actualisering",
            "coverage": "2022",
            "description": "Verzonnen enquête",
        },
    }


def test_what_cbs_does_not_say_of_a_table_is_null(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    dataset = made_up.v3_contract(V3)
    [row] = rows_of(dataset, pulled(dataset, standin, http, tmp_path).file, "cbs_table")
    assert (row["table_id"], row["status"], row["description"]) == ("99001NED", None, None)


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("properties.json", None, "its snapshot has no properties.json"),
        ("properties.json", b"[1, 2]", "properties.json holds"),
        ("properties.json", b"{", "is not readable"),
    ],
)
def test_a_snapshot_without_a_sound_description_of_the_table_is_set_aside(
    standin: StandIn, http: HttpClient, tmp_path: Path, name: str, body: bytes | None, told: str
) -> None:
    dataset = with_margins("v4")
    file = pulled(dataset, standin, http, tmp_path).file
    with pytest.raises(UnsoundData, match=told):
        rows_of(dataset, _rewritten(file, tmp_path, name, body))


def test_a_snapshot_with_an_empty_table_info_is_set_aside(standin: StandIn, http: HttpClient, tmp_path: Path) -> None:
    dataset = with_margins("v3")
    file = pulled(dataset, standin, http, tmp_path).file
    with pytest.raises(UnsoundData, match="TableInfos is empty"):
        rows_of(dataset, _rewritten(file, tmp_path, "table-infos.json", b'{"value": []}'))


def _rewritten(file: Path, folder: Path, name: str, body: bytes | None) -> Path:
    """A copy of a snapshot with one member replaced, or left out."""
    members = []
    with zipfile.ZipFile(file) as archive:
        for member in archive.namelist():
            if member == name and body is None:
                continue
            path = folder / f"{member}.copy"
            path.write_bytes(body if member == name and body is not None else archive.read(member))
            members.append((member, path, "made up"))
    pack(folder / "rewritten.zip", members)
    return folder / "rewritten.zip"


# ---- the contract itself


def test_a_contract_lists_its_chosen_codes_and_dimensions_once() -> None:
    dataset = with_margins("v4", detail_dimension="Leeftijd")
    assert dataset.chosen == {
        "Leeftijd": ("18 jaar of ouder",),
        "Marges": ("Waarde", "ondergrens  95%-Interval", "MBG0095"),
    }
    assert dataset.coded_dimensions == ("RegioS", "Leeftijd", "Marges")


@pytest.mark.parametrize(
    ("measures", "changes", "told"),
    [
        ([{"concept": "x"}], {}, "needs measure or title, or both"),
        ([{"measure": " ", "concept": "x"}], {}, "must not hold an empty text"),
        ([{"measure": "X", "title": ["Y", ""], "concept": "x"}], {}, "must not hold an empty text"),
        ([{"measure": "X", "concept": "x", "where": {"Marges": ""}}], {}, "must not hold an empty text"),
        ([{"measure": "X", "concept": "x"}], {"select": {"Marges": []}}, "select of Marges must name at least one"),
        ([{"measure": "X", "concept": "x"}], {"select": {"Marges": ["Waarde", " "]}}, "none that is empty"),
        (
            [{"measure": "X", "concept": "x"}, {"measure": "Y", "concept": "y", "where": {"Marges": "Waarde"}}],
            {},
            "not for x at Marges: add it to their where, or name the code of all others under select",
        ),
        (
            [{"measure": "X", "concept": "x", "where": {"A": "a"}}],
            {"select": {"B": [str(n) for n in range(MOST_CODES)]}},
            "select and where name 101 codes, expected at most 100",
        ),
    ],
)
def test_a_contract_that_cannot_be_kept_is_refused(measures: list[Any], changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        survey_contract(SURVEYS["v4"], *measures, **changes)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"select": {"GEMEENTENUMMER": "0396"}}, "select is for CBS tables, and duo_csv has no code lists"),
        ({"measures": [{"measure": ["A", "B"], "concept": "x"}]}, "measure of x must be one header"),
        ({"measures": [{"measure": "A", "title": "B", "concept": "x"}]}, "measure of x must be one header"),
        ({"measures": [{"title": "B", "concept": "x"}]}, "measure of x must be one header"),
        ({"measures": [{"measure": "A", "concept": "x", "where": {"B": "c"}}]}, "measure of x must be one header"),
    ],
)
def test_a_file_has_one_header_per_measure_and_no_codes(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        made_up.duo_contract(**changes)


def test_as_many_codes_as_the_service_stands_can_be_selected(
    standin: StandIn, http: HttpClient, tmp_path: Path
) -> None:
    table: V4Table = made_up.v4_table(gemeenten=MOST_CODES, years=1)
    standin.put(table)
    regions = [row["Title"] for row in table.codes["RegioS"]]
    dataset = made_up.v4_contract(table, select={"RegioS": regions})
    rows = rows_of(dataset, cbs.pull(dataset, standin.endpoints, http, tmp_path).file)
    assert len(rows) == MOST_CODES
