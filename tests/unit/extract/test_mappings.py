"""The municipality's own mappings, laid over the contracts."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from dagster_project import publication
from dagster_project.errors import ConfigurationError
from dagster_project.extract import dropfolder, figures, mappings
from dagster_project.publication import settings_hash
from dagster_project.workspace import Workspace
from tests.unit.extract.dropped import drop
from tests.unit.extract.files import BENCHMARK, CSSD, GMSD, TOEKENNINGEN, read_all, write


def map_to(workspace: Workspace, name: str, text: str) -> None:
    (workspace.mappings / name).write_text(text, encoding="utf-8")


def test_without_a_mapping_the_contract_is_the_contract(workspace: Workspace) -> None:
    assert mappings.apply_mapping(TOEKENNINGEN, workspace) is TOEKENNINGEN


def test_a_mapping_lets_another_export_in(workspace: Workspace) -> None:
    map_to(
        workspace,
        "suite4sd_toekenningen.yml",
        """
        file_pattern: "minima_*.dat"
        format: {delimiter: ",", date_format: "%Y%m%d"}
        headers: {client_key: "Cl. nr", start_date: [Ingang, Start]}
        categories: {"0123": kindpakket}
        """,
    )
    mapped = mappings.apply_mapping(TOEKENNINGEN, workspace)
    drop(workspace, "Minima_2024.dat")
    assert [item.name for item in dropfolder.incoming(workspace, [mapped])] == ["Minima_2024.dat"]
    assert (mapped.format.delimiter, mapped.format.date_format, mapped.format.encoding) == (",", "%Y%m%d", "cp1252")
    assert mapped.categories == {**TOEKENNINGEN.categories, "0123": "kindpakket"}
    headers = {column.name: column.headers[:2] for column in mapped.columns}
    assert headers["client_key"] == ("Cl. nr", "Clientnummer")
    assert headers["start_date"] == ("Ingang", "Start")


def test_a_changed_mapping_is_a_changed_setting(workspace: Workspace) -> None:
    hashes = [settings_hash(workspace)]
    for text in ("categories: {'1': kindpakket}", "categories: {'2': kindpakket}", ""):
        map_to(workspace, "suite4sd_toekenningen.yml", text)
        hashes.append(settings_hash(workspace))
    shutil.rmtree(workspace.mappings)
    assert len(set(hashes)) == 4
    assert settings_hash(workspace) == hashes[0]
    decisive = workspace.settings.model_dump_json(exclude=publication._UNDECISIVE)
    assert hashes[0] == hashlib.sha256(decisive.encode()).hexdigest()


def test_a_mapping_renames_the_columns_and_the_measures_of_a_long_sheet(workspace: Workspace, tmp_path: Path) -> None:
    map_to(
        workspace,
        "gmsd.yml",
        "headers: {region: Code, period: Jaar, measure: Onderwerp, value: Cijfer, jeugdhulp_pct: Jeugdhulp}\n",
    )
    mapped = mappings.apply_mapping(GMSD, workspace)
    text = "Code;Jaar;Onderwerp;Cijfer\nGM0396;2024;Jeugdhulp;12,5\n"
    tables, _ = read_all(figures.read, mapped, write(tmp_path, text))
    assert [(row["concept_id"], row["value_text"]) for row in tables["municipal_observation"]] == [
        ("jeugdhulp_pct", "12.5")
    ]


def test_a_mapping_renames_the_columns_of_a_file_of_figures(workspace: Workspace, tmp_path: Path) -> None:
    map_to(
        workspace,
        "benchmark_werk_inkomen.yml",
        "headers: {region: Code, period: Jaar, terugkeer_bijstand_pct: Recidive}\n",
    )
    mapped = mappings.apply_mapping(BENCHMARK, workspace)
    tables, _ = read_all(figures.read, mapped, write(tmp_path, "Code;Jaar;Recidive\nGM0396;2024;14,8\n"))
    assert tables["divosa_observation"][0]["value_text"] == "14.8"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "suite4sd_toekenningen.yml",
            "headers: {klant: x}",
            "maps headers or values of klant, expected one of client_key",
        ),
        ("suite4sd_toekenningen.yml", "raw_table: x", "raw_table: Extra inputs are not permitted"),
        ("suite4sd_toekenningen.yml", "categories: {0123: kindpakket}", "put codes between quotes"),
        (
            "suite4sd_toekenningen.yml",
            "categories: {'1': minima}",
            "under 'minima', expected one of bijzondere_bijstand, kindpakket",
        ),
        ("suite4sd_toekenningen.yml", "format: {colour: red}", "format.colour: Extra inputs"),
        ("suite4sd_toekenningen.yml", "a: [", "is not readable YAML"),
        ("suite4sd_toekenning.yml", "{}", "mappings/ holds suite4sd_toekenning.yml, expected only"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(workspace: Workspace, name: str, text: str, message: str) -> None:
    map_to(workspace, name, text)
    with pytest.raises(ConfigurationError, match=".") as caught:
        mappings.apply_mapping(TOEKENNINGEN, workspace)
    assert message in str(caught.value)


def test_the_columns_of_a_dump_are_mapped_under_their_table(workspace: Workspace) -> None:
    map_to(workspace, "suite4sd_cssd.yml", "headers: {wvbesl.besluit_key: Besluit}")
    mapped = {column.name: column.headers for column in mappings.apply_mapping(CSSD, workspace).tables["wvbesl"]}
    assert mapped["besluit_key"][0] == "Besluit"
    map_to(workspace, "suite4sd_cssd.yml", "headers: {besluit_key: x}")
    with pytest.raises(ConfigurationError, match="headers or values of besluit_key, expected one of szclient"):
        mappings.apply_mapping(CSSD, workspace)
