"""What the manifest promises is what stands in the database."""

from __future__ import annotations

import duckdb

from dagster_project import transform
from dagster_project.raw import RAW_TABLES

PUBLISHED = {
    "dim_region": "region_code region_name region_type parent_code valid_from valid_to successor_code size_class",
    "dim_period": "period_id period_type start_date end_date",
    "dim_indicator": "indicator_id bbv_number name_nl definition_nl unit rate_base decimals age_band direction "
    "taakveld source_id source_reference rhythm lag_months legal_source unverified valid_from valid_to",
    "dim_indicator_version": "indicator_id version valid_from valid_to unit rate_base decimals age_band "
    "numerator_concept denominator_concept published_concept published_factor published_offset printed_unit "
    "printed_rate_base is_comparable note",
    "fct_indicator_value": "indicator_id region_code period_id territory value numerator denominator rate_published "
    "rate_computed rate_low rate_high is_consistent interval_low interval_high value_status absence is_derived "
    "is_indicative is_synthetic snapshot_id denominator_snapshot_id source_text",
    "fct_indicator_revision": "indicator_id region_code period_id part old_value new_value old_absence new_absence "
    "old_status new_status old_snapshot_id new_snapshot_id is_synthetic seen_at",
    "dim_dataset": "source_id dataset_id title table_id publisher_title publisher_status successor_table_id "
    "successor_note rhythm licence attribution unverified snapshot_id retrieved_at publisher_modified_at",
    "fct_break": "indicator_id region_code break_date reason source",
    "dim_region_profile": "region_code characteristic period_id value standardised is_synthetic",
    "dim_peer": "region_code peer_code rank distance n_characteristics inhabitants_difference "
    "address_density_difference share_0_14_difference share_65plus_difference income_per_inhabitant_difference "
    "is_synthetic",
    "fct_indicator_benchmark": "indicator_id region_code period_id value national national_is_derived provincial "
    "provincial_is_derived size_class_median n_size_class peer_median n_peers rank percentile n_regions is_synthetic",
    "fct_indicator_trend": "indicator_id region_code n_points window_start window_end slope p_value trend "
    "outlook_value outlook_low outlook_high outlook_period_id is_indicative is_synthetic",
    "fct_objective_attainment": "objective_id version plan_id region_code period_id indicator_id kind baseline_value "
    "baseline_period_id target_value target_period_id current_value expected_value attainment ratio status probability "
    "next_measurement_due is_overdue is_current is_synthetic snapshot_id",
    "dim_objective": "objective_id version plan_id opgave opgave_order objective_order title result_area indicator_id "
    "kind direction baseline_value baseline_period_id target_rule target_value target_period_id margin unit decimals "
    "owner instrument rhythm programme source remarks valid_from valid_to is_current is_open snapshot_id",
    "fct_objective_outlook": "objective_id version plan_id region_code indicator_id n_points window_start window_end "
    "trend slope p_value change change_from_period_id change_to_period_id change_is_real outlook_period_id "
    "outlook_value outlook_low outlook_high target_period_id target_outlook_value target_outlook_low "
    "target_outlook_high probability measures_effect outlook_with_measures target_outlook_with_measures measures_cost "
    "misses_target is_beslispunt is_synthetic",
    "dim_plan": "plan_id title starts ends evaluation council_moments source remarks snapshot_id",
    "dim_opgave": "plan_id opgave opgave_order ambition source remarks snapshot_id",
    "dim_opgave_indicator": "plan_id opgave indicator_id place snapshot_id",
    "dim_plan_indicator": "plan_id indicator_id indicator_group group_order place name_nl definition_nl unit decimals "
    "direction opgave rhythm source remarks snapshot_id",
    "dim_action": "action_id plan_id opgave programme action state starts ends expected_effect cost source remarks "
    "is_synthetic snapshot_id",
    "dim_action_indicator": "action_id indicator_id",
    "dim_agenda": "plan_id opgave moment_start moment_text subject body source snapshot_id",
    "dim_choice": "plan_id programme choice effect_financial effect_organisational effect_society source is_synthetic "
    "snapshot_id",
    "dim_risk": "plan_id opgave risk source snapshot_id",
    "dim_narrative": "objective_id edition author_role section section_order text is_synthetic snapshot_id",
    "dim_maatregel": "objective_id edition maatregel_order maatregel expected_effect effect_period_id cost "
    "is_synthetic snapshot_id",
    "dim_region_shape": "region_code region_name geometry crs is_synthetic snapshot_id",
    "fct_budget": "plan_id programme budget_line opgave period_id basis budget actual forecast plan_budget "
    "share_of_budget is_synthetic source snapshot_id",
    "fct_cost": "wet category period_id users cost cost_per_user is_synthetic source snapshot_id",
    "fct_cost_change": "wet period_id previous_period_id cost_before cost_after change users_effect price_effect "
    "mix_effect unsplit_effect break_date break_reason is_synthetic",
    "fct_care_use": "wet category form referrer region_code period_id clients absence covered_through is_whole "
    "is_synthetic snapshot_id",
    "fct_care_cost": "wet category form referrer region_code period_id cost clients cost_per_client absence "
    "covered_through is_whole is_synthetic snapshot_id",
    "fct_care_flow": "wet category region_code period_id standing_begin inflow outflow standing_end absence "
    "covered_through is_whole is_synthetic snapshot_id",
    "fct_care_stacking": "wet n_provisions period_id clients absence covered_through is_whole is_synthetic snapshot_id",
    "fct_care_outlook": "wet period_id cost_to_date covered_through outlook outlook_low outlook_high budget difference "
    "method is_synthetic snapshot_id",
    "fct_care_printed": "wet category form period_id measure printed_value printed_unit computed_value difference "
    "is_within_rounding source is_synthetic snapshot_id",
    "fct_registration_count": "subject measure wet category period_id value unit absence covered_through is_whole "
    "is_synthetic snapshot_id",
    "dim_registration_file": "original_id dataset_id file_name period_id received_at rows_in rows_loaded "
    "rows_quarantined state superseded_by forgotten_at is_synthetic snapshot_id",
    "v_bbv": "indicator_id bbv_nummer indicator taakveld gunstig gemeentecode gemeente provincie grootteklasse periode "
    "peildatum is_nieuwste waarde eenheid teller noemer marge_laag marge_hoog landelijk provinciaal "
    "mediaan_grootteklasse mediaan_vergelijkbare_gemeenten rang aantal_gemeenten percentiel trend "
    "vooruitzicht_periode vooruitzicht vooruitzicht_laag vooruitzicht_hoog status waarom_geen_waarde bron "
    "is_synthetisch",
    "v_doelen": "doel_id plan_id plan opgave doel resultaatgebied soort indicator_id indicator eenheid nulmeting "
    "nulmeting_periode streefwaarde streefwaarde_periode actueel actueel_periode verwacht oordeel vooruitzicht "
    "vooruitzicht_laag vooruitzicht_hoog kans is_beslispunt eigenaar meetinstrument programma volgende_meting "
    "is_te_laat bron is_synthetisch",
    "v_wijken": "indicator_id bbv_nummer indicator gunstig wijkcode wijk gemeentecode periode peildatum is_nieuwste "
    "waarde eenheid teller noemer waarde_gemeente verschil status waarom_geen_waarde bron is_synthetisch",
    "v_kosten": "soort plan_id programma begrotingspost opgave wet periode grondslag begroot werkelijk besteed_tot_nu "
    "besteed_tot_en_met prognose verschil clienten kosten_per_client bron is_synthetisch",
}


def _columns(warehouse: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[str]]:
    rows = warehouse.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
        "where not internal group by all"
    ).fetchall()
    return {(schema, table): columns for schema, table, columns in rows}


def test_every_column_of_every_relation_is_described(warehouse: duckdb.DuckDBPyConnection) -> None:
    nodes = [n for n in transform.manifest()["nodes"].values() if n["resource_type"] in ("model", "seed")]
    built = _columns(warehouse)
    assert len(nodes) >= 30
    for node in nodes:
        described = [name for name, column in node["columns"].items() if column["description"].strip()]
        assert node["description"].strip(), node["name"]
        assert sorted(described) == sorted(built[node["schema"], node["alias"]]), node["name"]


def test_every_raw_column_is_described_by_a_source(warehouse: duckdb.DuckDBPyConnection) -> None:
    # the tables of the source `registration` stand in the confidential database
    described_sources = transform.manifest()["sources"].values()
    sources = {s["name"]: s for s in described_sources if s["source_name"] != "registration"}
    raw = {
        table: columns
        for (schema, table), columns in _columns(warehouse).items()
        if schema == "raw" and table in RAW_TABLES
    }
    assert sources.keys() == raw.keys()
    for table, columns in raw.items():
        described = [name for name, column in sources[table]["columns"].items() if column["description"].strip()]
        assert sorted(described) == sorted(columns), table


def test_published_tables_keep_their_columns(warehouse: duckdb.DuckDBPyConnection) -> None:
    built = {table: columns for (schema, table), columns in _columns(warehouse).items() if schema == "marts"}
    assert {table: " ".join(built[table]) for table in PUBLISHED} == PUBLISHED
    told = ("dataset", "lineage", "model", "model_column", "quarantine", "run", "snapshot", "validation")
    audit = {f"audit_{name}" for name in told}
    assert set(built) - set(PUBLISHED) == audit


def test_published_columns_carry_their_description_into_the_file(warehouse: duckdb.DuckDBPyConnection) -> None:
    silent = warehouse.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
    ).fetchall()
    assert silent == []
