"""Exported contracts keep to the Open Data Contract Standard and say what ours say.

They are checked with the standard's own JSON schema and its typed model. The tool that would run them on data,
datacontract-cli, cannot be locked together with the versions that this program needs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pydantic
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from dagster_project.cli import main
from dagster_project.contracts import Column, Dataset, contract
from dagster_project.errors import ConfigurationError
from dagster_project.standards.odcs import contract_of, export_contracts, exportable, java_date
from dagster_project.workspace import SETTINGS_FILE, Workspace
from tests.unit.site.page_build import make_workspace

VALIDATOR = jsonschema.Draft201909Validator(json.loads(OpenDataContractStandard.json_schema()))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "ws")


@pytest.fixture
def written(workspace: Workspace, tmp_path: Path) -> dict[str, dict[str, Any]]:
    files = export_contracts(workspace, tmp_path / "out")
    return {path.name.removesuffix(".odcs.yaml"): yaml.safe_load(path.read_text(encoding="utf-8")) for path in files}


def column(contract: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (each for each in contract["schema"][0]["properties"] if each["name"] == name)
    return found  # type: ignore[no-any-return]


def custom(found: dict[str, Any], name: str) -> Any:
    return next(each["value"] for each in found["customProperties"] if each["property"] == name)


def rules(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {rule.get("metric", rule["type"]): rule for rule in found.get("quality", ())}


def test_every_contract_keeps_to_the_schema_and_the_model_of_the_standard(written: dict[str, dict[str, Any]]) -> None:
    assert len(written) > 20
    for name, content in written.items():
        assert [error.message for error in VALIDATOR.iter_errors(content)] == [], name
        model = OpenDataContractStandard.model_validate(content)
        assert model.model_dump(exclude_unset=True, by_alias=True) == content, name


def test_the_check_of_the_schema_bites(written: dict[str, dict[str, Any]]) -> None:
    content = written["zorg_declaraties"]
    assert list(VALIDATOR.iter_errors({**content, "kind": "Contract"}))
    assert list(VALIDATOR.iter_errors({key: content[key] for key in content if key != "id"}))
    with pytest.raises(pydantic.ValidationError):
        OpenDataContractStandard.model_validate({**content, "owner": "x"})


def test_every_municipal_file_with_columns_has_a_contract(workspace: Workspace) -> None:
    found = {dataset.key for dataset in exportable(workspace)}
    assert {"registration/zorg_voorzieningen", "registration/suite4sd_cssd", "municipal/objectives"} <= found
    assert not any(key.startswith(("cbs/", "duo/", "aggregate/")) for key in found)


def test_a_columns_type_headers_and_rules_are_those_of_our_contract(written: dict[str, dict[str, Any]]) -> None:
    provisions = written["zorg_voorzieningen"]
    end = column(provisions, "end_date")
    assert (end["logicalType"], end["logicalTypeOptions"], end["required"]) == ("date", {"format": "dd-MM-yyyy"}, False)
    assert (end["physicalName"], custom(end, "headerRequired")) == ("Einddatum", True)
    assert custom(end, "headers") == ["Einddatum", "Datum einde", "Datum eind", "end_date"]
    assert rules(end)["sql"]["query"] == "select count(*) from zorg_voorzieningen where end_date < start_date"
    form = rules(column(provisions, "form"))["invalidValues"]
    assert form["arguments"]["validValues"] == [
        "PGB", "ZIN", "natura", "onbekend", "persoonsgebonden budget", "zorg in natura",
    ]  # fmt: skip
    assert "wordt onbekend" in rules(column(provisions, "referrer"))["invalidValues"]["description"]
    assert rules(column(provisions, "start_date"))["nullValues"]["mustBe"] == 0
    amount = column(written["zorg_declaraties"], "amount")
    assert (amount["logicalType"], amount["logicalTypeOptions"]) == ("number", {"minimum": 0})


def test_a_text_that_stands_for_every_other_leaves_no_value_invalid(written: dict[str, dict[str, Any]]) -> None:
    assert "invalidValues" not in rules(column(written["meldingen"], "channel"))


def test_columns_on_persons_are_classified_and_the_retention_is_promised(written: dict[str, dict[str, Any]]) -> None:
    provisions, objectives = written["zorg_voorzieningen"], written["objectives"]
    bsn = column(provisions, "bsn")
    assert (bsn["classification"], bsn["criticalDataElement"]) == ("restricted", True)
    assert "HMAC-SHA-256" in bsn["transformLogic"]
    assert rules(bsn)["text"]["description"] == "Voldoet aan de elfproef."
    assert column(provisions, "wet")["classification"] == "confidential"
    assert column(objectives, "title")["classification"] == "public"
    promised = {each["property"]: (each["value"], each["unit"]) for each in provisions["slaProperties"]}
    assert promised == {"frequency": (6, "m"), "retention": (730, "d")}
    assert all(each["property"] != "retention" for each in objectives["slaProperties"])
    assert provisions["status"] == "draft"
    assert "nooit gelezen" in provisions["description"]["limitations"]
    assert "meer dan 20 % fout" in provisions["schema"][0]["quality"][1]["description"]


def test_of_columns_that_fill_the_same_one_a_file_needs_one(written: dict[str, dict[str, Any]]) -> None:
    for name, filled in (("zorg_voorzieningen", ", en gevuld"), ("meldingen", "")):
        bsn, client = (column(written[name], each) for each in ("bsn", "client_key"))
        assert [bsn["required"], client["required"]] == [False, False]
        assert [custom(each, "headerRequired") for each in (bsn, client)] == [False, False]
        told = written[name]["schema"][0]["quality"][-1]["description"]
        assert told.startswith(f"Het bestand heeft bsn of client_key{filled};")
    assert column(written["suite4sd_toekenningen"], "client_key")["required"] is True


def test_a_dump_has_an_object_per_table(written: dict[str, dict[str, Any]]) -> None:
    dump = written["suite4sd_cssd"]
    tables = contract("registration", "suite4sd_cssd").tables
    assert [each["name"] for each in dump["schema"]] == list(tables)
    assert [len(each["properties"]) for each in dump["schema"]] == [len(columns) for columns in tables.values()]


def test_descriptions_come_from_the_raw_table(written: dict[str, dict[str, Any]]) -> None:
    assert "Keyed hash" in column(written["zorg_voorzieningen"], "client_key")["description"]
    assert "Keyed hash" in column(written["zorg_voorzieningen"], "bsn")["description"]


def test_the_workspaces_mapping_and_retention_are_in_its_contracts(workspace: Workspace) -> None:
    settings = workspace.root / SETTINGS_FILE
    settings.write_text(settings.read_text(encoding="utf-8") + "retention_days = 365\n", encoding="utf-8")
    workspace.mappings.mkdir()
    mapping = workspace.mappings / "zorg_declaraties.yml"
    mapping.write_text("headers: {amount: Bedrag in euro}\nnegative_is_fault: false\n", encoding="utf-8")
    changed = Workspace(workspace.root)
    (dataset,) = (each for each in exportable(changed) if each.dataset_id == "zorg_declaraties")
    content = contract_of(dataset, changed)
    amount = column(content, "amount")
    assert amount["physicalName"] == "Bedrag in euro"
    assert "logicalTypeOptions" not in amount
    assert content["slaProperties"][1]["value"] == 365


def test_one_of_several_columns_is_told(workspace: Workspace) -> None:
    columns = (Column(name="a"), Column(name="b"))
    dataset = Dataset(
        source_id="municipal", dataset_id="x", kind="workspace_file", title="X", licence="l", attribution="a",
        file_pattern="x.csv", raw_table="x", columns=columns, one_of=(("a", "b"),), rhythm="irregular",
    )  # fmt: skip
    content = contract_of(dataset, workspace)
    assert content["schema"][0]["quality"][1]["description"] == "Elke rij vult precies één van a, b."
    assert content["slaProperties"] == []


def test_date_formats_are_written_as_the_standard_does() -> None:
    assert [java_date(text) for text in ("%d-%m-%Y", "%Y%m%d")] == ["dd-MM-yyyy", "yyyyMMdd"]


def test_a_folder_that_cannot_be_written_is_named(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        export_contracts(workspace, tmp_path / "file" / "below")


def test_the_command_says_what_it_wrote(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["contract", "export", str(tmp_path / "out"), "--workspace", str(workspace.root)])
    assert ended.value.code == 0
    files = list((tmp_path / "out").glob("*.odcs.yaml"))
    assert f"Wrote {len(files)} contracts (ODCS v3.1.0)" in capsys.readouterr().out
