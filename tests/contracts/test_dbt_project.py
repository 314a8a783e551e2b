"""The shape of the dbt project: nothing is lost on the way into the manifest, and layers know their neighbours only."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project import transform
from dagster_project.contracts import all_contracts
from dagster_project.product import product_path

LAYERS = ("staging", "registration", "intermediate", "marts", "lineage", "audit")
# what leaves the confidential database: tables cell, coverage and file
SEALED = {"reg_cell", "reg_coverage", "reg_file"}
# models whose numbers follow from a formula or a rule
WITH_RULES = {
    "stg_cbs__table", "dim_dataset", "audit_dataset",
    "stg_cbs__observation", "stg_cbs__region", "stg_cbs__period_status", "stg_duo__observation",
    "stg_aggregate__cell", "stg_municipal__printed_care", "stg_municipal__measurement", "stg_run__snapshot",
    "int_observation",
    "int_registration_seal", "int_registration_cell", "int_registration_observation", "int_cost", "int_measurement",
    "int_printed_region", "int_stated_line", "int_stated_figure",
    "int_published_magnitude", "int_indicator_unit", "stg_municipal__printed_figure", "audit_quarantine",
    "int_indicator_value", "int_series", "int_mann_kendall_exact", "int_trend",
    "int_observation_vintage", "int_unit_alarm", "int_revision", "int_age_band", "int_indicator_revision",
    "int_objective", "int_objective_status", "int_region", "dim_period", "int_indicator", "fct_indicator_trend",
    "int_objective_verdict", "stg_cbs__region_change", "int_region_change", "int_region_life", "int_region_current",
    "int_indicator_value_current", "int_break",
    "int_region_profile", "dim_peer", "fct_indicator_benchmark", "int_objective_change", "fct_objective_outlook",
    "dim_plan", "dim_opgave", "dim_opgave_indicator", "dim_plan_indicator", "dim_action", "dim_action_indicator",
    "stg_municipal__agenda", "dim_narrative", "dim_region_shape", "fct_budget", "fct_cost", "fct_cost_change",
    "int_cost_pair", "int_cost_part", "fct_care_use", "fct_care_cost", "fct_care_flow", "int_care_outlook",
    "fct_care_printed",
    "stg_registration__cssd_indicatie", "stg_registration__beschikte_voorziening", "stg_registration__declaratieregel",
    "stg_registration__toekenning", "reg_delivery", "reg_serving", "reg_span", "reg_covered_period", "reg_period",
    "reg_coverage", "reg_file", "reg_client", "reg_care_line", "reg_care_span", "reg_care_in_period", "reg_care_use",
    "reg_care_stacking", "reg_care_cost", "reg_care_flow", "reg_waiting", "reg_grants", "reg_uitkering_spell",
    "reg_benefits", "reg_integration", "reg_debt", "reg_reports", "reg_complaints",
    "v_bbv", "v_doelen", "v_wijken", "v_kosten",
}  # fmt: skip


@pytest.fixture(scope="module")
def models() -> dict[str, dict[str, Any]]:
    return {n["name"]: n for n in transform.manifest()["nodes"].values() if n["resource_type"] == "model"}


def _layer(model: dict[str, Any]) -> str:
    return str(model["fqn"][1])


def test_every_sql_file_is_a_model(models: dict[str, dict[str, Any]]) -> None:
    files = {path.stem for path in product_path("models").rglob("*.sql")}
    assert files
    assert models.keys() == files


def test_models_stand_in_the_schema_of_their_layer(models: dict[str, dict[str, Any]]) -> None:
    expected = {layer: "marts" if layer == "audit" else layer for layer in LAYERS}
    assert {name: model["schema"] for name, model in models.items()} == {
        name: expected[_layer(model)] for name, model in models.items()
    }


def test_what_serves_the_audit_alone_is_tagged_and_nothing_else(models: dict[str, dict[str, Any]]) -> None:
    tagged = {name for name, model in models.items() if model["tags"] == ["audit"]}
    audit = {name for name, model in models.items() if _layer(model) in ("lineage", "audit")}
    children = transform.manifest()["child_map"]

    def serves_audit_alone(model: dict[str, Any]) -> bool:
        readers = {child.split(".")[-1] for child in children[model["unique_id"]] if child.startswith("model.")}
        return bool(readers) and readers <= audit

    assert tagged == audit | {
        name for name, model in models.items() if _layer(model) == "staging" and serves_audit_alone(model)
    }
    assert audit


def test_models_with_persons_are_tagged_and_nobody_else_reads_them(models: dict[str, dict[str, Any]]) -> None:
    tagged = {name for name, model in models.items() if "registration" in model["tags"]}
    assert tagged == {name for name, model in models.items() if "registration" in model["fqn"][1:-1]}
    assert tagged >= SEALED
    for name in models.keys() - tagged:
        parents = models[name]["depends_on"]["nodes"]
        assert not [p for p in parents if p.split(".")[-1] in tagged or p.startswith("source.opkoers.registration.")], (
            name
        )


def test_published_models_are_under_contract_with_typed_columns(models: dict[str, dict[str, Any]]) -> None:
    for name, model in models.items():
        if _layer(model) in ("marts", "audit") or name in SEALED:
            assert model["config"]["contract"]["enforced"] is True, name
            assert [c for c, column in model["columns"].items() if not column["data_type"]] == [], name


def _of_one_source(model: dict[str, Any], parent: dict[str, Any] | None) -> bool:
    """Whether both are staging of the same source: one may be built on the other."""
    return parent is not None and _layer(model) == "staging" and model["fqn"][:-1] == parent["fqn"][:-1]


def test_layers_know_their_neighbours_only(models: dict[str, dict[str, Any]]) -> None:
    for name, model in models.items():
        parents = model["depends_on"]["nodes"]
        kinds = {
            "raw" if p.startswith("source.") else _layer(models[p.split(".")[-1]])
            for p in parents
            if not p.startswith("seed.") and not _of_one_source(model, models.get(p.split(".")[-1]))
        }
        allowed = {
            "staging": {"raw"},
            "registration": {"staging", "registration"},
            "intermediate": {"staging", "intermediate"},
            "marts": {"staging", "intermediate", "marts"},
            "lineage": {"staging", "intermediate", "marts", "lineage"},
            "audit": {"staging", "intermediate", "lineage"},
        }[_layer(model)]
        assert kinds <= allowed, (name, kinds)


def test_counts_of_the_seal_have_one_door(models: dict[str, dict[str, Any]]) -> None:
    """What may not be published has no value behind it: nothing that is published may read the seal past it."""
    (cell,) = (s for s in transform.manifest()["sources"].values() if s["name"] == "registration_cell")
    children = transform.manifest()["child_map"][cell["unique_id"]]
    assert {child.split(".")[-1] for child in children if child.startswith("model.")} == {"stg_aggregate__cell"}
    door = product_path("models", "staging", "aggregate", "stg_aggregate__cell.sql").read_text(encoding="utf-8")
    bare = re.sub(r"\{#.*?#\}|--[^\n]*", "", door, flags=re.DOTALL)
    assert re.findall(r"[^\n]*\bvalue\b[^\n]*", bare) == [
        "    case when not coalesce(is_hidden, true) then cast(value as decimal(18, 2)) end as value,"
    ]
    past_it = [
        path
        for folder, kind in (("models", "sql"), ("dbt", "sql"), ("expectations/after_build", "yml"))
        for path in product_path(*folder.split("/")).rglob(f"*.{kind}")
        if path.stem != "stg_aggregate__cell" and "target" not in path.parts
        if "registration_cell"
        # lineage tells by name in which rows of the seal a count stands, and reads them no more than others do
        in path.read_text(encoding="utf-8").replace("int_registration_cell", "").replace("'registration_cell'", "")
    ]
    shown = [
        path
        for folder in ("site", "export")
        for path in Path(transform.__file__).with_name(folder).rglob("*.py")
        if "registration_cell" in path.read_text(encoding="utf-8")
    ]
    assert past_it + shown == []


def test_every_rule_has_a_unit_test() -> None:
    tests = transform.manifest()["unit_tests"].values()
    assert {test["model"] for test in tests} >= WITH_RULES


def _seed(name: str) -> list[dict[str, str]]:
    with product_path("seeds", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_register_holds_every_official_number_once() -> None:
    assert sorted(int(row["bbv_number"]) for row in _seed("indicators") if row["bbv_number"]) == list(range(1, 40))


def test_register_and_breaks_are_sound() -> None:
    register = _seed("indicators")
    ids = [row["indicator_id"] for row in register]
    assert len(set(ids)) == len(ids)
    assert {row["direction"] for row in register} <= {"up", "down", "neutral"}
    assert all(row["name_nl"] and row["definition_nl"] and row["source_id"] for row in register)
    versions = _seed("indicator_versions")
    assert {row["indicator_id"] for row in versions} == set(ids)
    assert all(row["unit"] for row in versions)
    assert not [row for row in versions if row["numerator_concept"] and not float(row["rate_base"] or 0)]
    assert {row["indicator_id"] for row in _seed("breaks")} <= set(ids)
    assert all(date.fromisoformat(row["break_date"]) for row in _seed("breaks"))


def test_every_count_of_a_registration_feeds_an_indicator() -> None:
    register = _seed("indicator_versions")
    wanted = {row[f"{part}_concept"] for row in register for part in ("numerator", "denominator", "published")}
    counted = [row["concept_id"] for row in _seed("registration_concepts")]
    assert len(set(counted)) == len(counted)
    assert set(counted) <= wanted
    # a figure of a publisher under the same name would stand in for it
    assert not set(counted) & {measure.concept for dataset in all_contracts() for measure in dataset.measures}


def test_every_contracted_concept_feeds_an_indicator_or_tells_gemeenten_apart() -> None:
    register = _seed("indicator_versions")
    wanted = {row[f"{part}_concept"] for row in register for part in ("numerator", "denominator", "published")}
    wanted |= {f"{row['published_concept']}_{end}" for row in register for end in ("low", "high")}
    models = (product_path("models", "intermediate", f"{name}.sql") for name in ("int_age_band", "int_region_profile"))
    wanted |= {word for model in models for word in re.findall(r"'(\w+)'", model.read_text(encoding="utf-8"))}
    fed = {measure.concept for dataset in all_contracts() for measure in dataset.measures}
    assert fed
    assert fed <= wanted


_CLOCKS = re.compile(
    r"\b(now|today|random|uuid|gen_random_uuid|get_current_timestamp|transaction_timestamp|setseed)\s*\(\s*\)"
    r"|\bcurrent_(date|time|timestamp)\b|\blocaltime(stamp)?\b|run_started_at|invocation_id|modules\.datetime",
    re.IGNORECASE,
)


def test_no_model_asks_a_clock_or_chance() -> None:
    """The day of a run comes in as a row; else the same pins would give other figures tomorrow."""
    files = [path for folder in ("models", "dbt") for path in product_path(folder).rglob("*.sql")]
    asking = {path.name: match[0] for path in files if (match := _CLOCKS.search(path.read_text(encoding="utf-8")))}
    assert len(files) > 50
    assert asking == {}
    assert _CLOCKS.search("where day < current_date")
    assert _CLOCKS.search("select now() as moment")


def test_the_project_needs_no_packages_and_reports_to_no_one() -> None:
    project = yaml.safe_load(product_path("dbt", "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["flags"]["send_anonymous_usage_stats"] is False
    assert not [path for path in ("packages.yml", "dependencies.yml") if product_path("dbt", path).exists()]


def test_samples_and_code_are_not_taken_for_models() -> None:
    ignored = product_path("dbt", ".dbtignore").read_text(encoding="utf-8").split()
    assert {"*.py", "**/samples/**"} <= set(ignored)
    files = {Path(n["original_file_path"]).as_posix() for n in transform.manifest()["nodes"].values()}
    assert not [file for file in files if "samples" in file]


def test_no_published_column_holds_a_list() -> None:
    """Spreadsheets, Power BI and older clients read none."""
    nested = [
        f"{node['name']}.{column['name']}"
        for node in transform.manifest()["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
        for column in node["columns"].values()
        if "[" in column["data_type"] or "struct" in column["data_type"].lower()
    ]
    assert nested == []
