"""A fault for every check of the suites on what surrounds the municipality's plan: its files and their tables.

Faults in figures and their sources are in `figure_faults.py`; that each of them is found is tested in
`test_expectations.py`.
"""

from __future__ import annotations

from tests.unit.gate.figure_faults import FILE_FAULTS

GRAIN, SNAPSHOT_KNOWN = FILE_FAULTS["grain"], FILE_FAULTS["snapshot_known"]
SYNTHETIC_IS_SAID = "update {table} set is_synthetic = 'misschien'"
NOT_SAID_TO_BE_REAL = "update {table} set is_synthetic = null"
PLAN_KNOWN = "update {table} set plan_id = 'elders'"
PLAN_KNOWN_WITHOUT_OPGAVE = "update {table} set plan_id = 'elders', opgave = null"
OPGAVE_KNOWN = "update {table} set opgave = 'Wonen' where opgave = 'Gezond leven'"
INDICATOR_KNOWN = "update {table} set indicator_id = 'geluk' where indicator_id in ('beweegrichtlijn_pct', 'sport_2')"
OBJECTIVE_KNOWN = "update {table} set objective_id = 'heemskerk-99'"

RAW_PLAN_FAULTS: dict[str, dict[str, str]] = {
    "objective": {
        **FILE_FAULTS,
        "null(column=objective_id": "update {table} set objective_id = null where row_number = 1",
        "set(column=kind": "update {table} set kind = 'hopeful' where row_number = 1",
        "direction": "update {table} set direction = 'sideways'",
        "numbers_parse": "update {table} set target_value = '60 %'",
        "valid_from_is_date": "update {table} set valid_from = 'vorig jaar' where row_number = 1",
        "measured_by_an_indicator": "update {table} set indicator_id = ''",
    },
    "plan": {**FILE_FAULTS, "keys_are_filled": "update {table} set title = ' '"},
    "opgave": {**FILE_FAULTS, "keys_are_filled": "update {table} set opgave = null"},
    "plan_indicator": {
        **FILE_FAULTS,
        "keys_are_filled": "update {table} set name_nl = null",
        "direction": "update {table} set direction = 'sideways'",
    },
    "action": {
        "keys_are_filled": "update {table} set action = ''",
        "column=state": "update {table} set state = 'bezig'",
        "numbers_parse": "update {table} set cost = '12.500,50'",
        "synthetic_is_said": SYNTHETIC_IS_SAID,
        "snapshot_known": SNAPSHOT_KNOWN,
    },
    "agenda": {
        **FILE_FAULTS,
        "keys_are_filled": "update {table} set subject = null",
        "moment_is_one": "update {table} set period = '2026-Q2' where date is not null",
    },
    "choice": {
        **FILE_FAULTS,
        "keys_are_filled": "update {table} set programme = ''",
        "synthetic_is_said": SYNTHETIC_IS_SAID,
    },
    "risk": {**FILE_FAULTS, "keys_are_filled": "update {table} set risk = null"},
    "budget": {
        "keys_are_filled": "update {table} set plan_id = null",
        "period_is_period": "update {table} set year = 'begroting 2024'",
        "grain": "insert into {table} from {table} where budget_line = 'Sport'",
        "numbers_parse": "update {table} set forecast = '1.000,50'",
        "no_total_among_lines": "update {table} set programme = null, budget_line = ' ', opgave = null "
        "where budget_line = 'Sport'",
        "synthetic_is_said": SYNTHETIC_IS_SAID,
        "snapshot_known": SNAPSHOT_KNOWN,
    },
    "cost": {
        "keys_are_filled": "update {table} set wet = null where wet = 'Wmo'",
        "period_is_period": "update {table} set year = 'jaar ' || year",
        "grain": "insert into {table} select * replace (upper(category) as category) from {table} "
        "where category = 'hulp' and year = '2020'",
        "one_spelling_per_wet": "update {table} set wet = 'WMO' where year = '2019'",
        "users_are_counted": "update {table} set users = '340,5' where users = '340'",
        "numbers_parse": "update {table} set cost = '1.700.000' where users = '550'",
        "whole_fits_its_categories": "update {table} set users = '339' where users = '550'",
        "synthetic_is_said": SYNTHETIC_IS_SAID,
        "snapshot_known": SNAPSHOT_KNOWN,
    },
    "narrative": {
        **FILE_FAULTS,
        "keys_are_filled": "update {table} set author_role = null",
        "column=section": "update {table} set section = 'slot' where section = 'outlook'",
        "edition_is_month": "update {table} set edition = '2026-13'",
    },
    "maatregel": {
        **FILE_FAULTS,
        "keys_are_filled": "update {table} set maatregel = null",
        "numbers_parse": "update {table} set expected_effect = 'veel'",
    },
    "region_shape": {
        **FILE_FAULTS,
        "keys_are_filled": "update {table} set region_code = null",
        "column=crs": "update {table} set crs = 'EPSG:3857'",
        "shape_is_polygon": """update {table} set geometry = '{{"type": "Point", "coordinates": [1, 2]}}'""",
    },
}

PLAN_FAULTS: dict[str, dict[str, str]] = {
    **RAW_PLAN_FAULTS,
    "dim_plan": {
        **FILE_FAULTS,
        "column=title": "update {table} set title = null",
        "no_plan_missing": "update {table} set plan_id = 'elders'",
    },
    "dim_opgave": {
        **FILE_FAULTS,
        "plan_known": "delete from marts.dim_plan",
        "no_opgave_missing": "delete from {table} where opgave = 'Rondkomen'",
        "opgave_has_objectives": "insert into {table} select * replace ('Wonen' as opgave) from {table} limit 1",
    },
    "dim_opgave_indicator": {**FILE_FAULTS, "indicator_known": INDICATOR_KNOWN},
    "dim_objective": {
        "grain": "update {table} set version = 2 where objective_id = 'heemskerk-13'",
        "one_current_version": "update {table} set is_current = true",
        "no_version_lost": "delete from {table} where not is_current",
        "versions_follow_each_other": "update {table} set valid_to = '2025-01-01' where not is_current",
        "column=kind": "update {table} set kind = 'hopeful' where is_current",
        "column=title": "update {table} set title = null",
        "snapshot_known": SNAPSHOT_KNOWN,
    },
    "dim_plan_indicator": {
        **FILE_FAULTS,
        "column=name_nl": "update {table} set name_nl = null",
        "plan_known": PLAN_KNOWN_WITHOUT_OPGAVE,
        "opgave_known": OPGAVE_KNOWN,
        "indicator_listed": INDICATOR_KNOWN,
    },
    "dim_action": {
        **FILE_FAULTS,
        "column=action": "update {table} set action = null",
        "plan_known": PLAN_KNOWN_WITHOUT_OPGAVE,
        "opgave_known": OPGAVE_KNOWN,
    },
    "dim_action_indicator": {
        "grain": GRAIN,
        "action_known": "update {table} set action_id = 'heemskerk-a99'",
        "indicator_known": INDICATOR_KNOWN,
    },
    "dim_agenda": {
        **FILE_FAULTS,
        "column=moment_start": "update {table} set moment_start = null",
        "plan_known": PLAN_KNOWN_WITHOUT_OPGAVE,
        "opgave_known": OPGAVE_KNOWN,
    },
    "dim_choice": {**FILE_FAULTS, "plan_known": PLAN_KNOWN},
    "dim_risk": {**FILE_FAULTS, "plan_known": PLAN_KNOWN_WITHOUT_OPGAVE, "opgave_known": OPGAVE_KNOWN},
    "dim_narrative": {
        **FILE_FAULTS,
        "column=text": "update {table} set text = null",
        "objective_known": OBJECTIVE_KNOWN,
    },
    "dim_maatregel": {
        **FILE_FAULTS,
        "objective_known": OBJECTIVE_KNOWN,
        "effect_has_its_period": "update {table} set effect_period_id = null",
    },
    "dim_region_shape": {**FILE_FAULTS, "region_known": "update {table} set region_code = 'WK999999'"},
    "fct_budget": {
        "grain": "update {table} set budget_line = null, opgave = null",
        "plan_budget_is_its_lines": "update {table} set plan_budget = 500000",
        "shares_are_of_the_whole": "update {table} set share_of_budget = 0.3 where share_of_budget = 0.25",
        "plan_known": PLAN_KNOWN_WITHOUT_OPGAVE,
        "opgave_known": OPGAVE_KNOWN,
        "period_known": "update {table} set period_id = '1999'",
        "column=is_synthetic": NOT_SAID_TO_BE_REAL,
        "snapshot_known": SNAPSHOT_KNOWN,
    },
    "fct_cost": {
        **FILE_FAULTS,
        "cost_per_user_from_its_figures": "update {table} set cost_per_user = 3090.92 where users = 550",
        "cost_known": "update {table} set cost = null, cost_per_user = null where category = 'hulp'",
        "period_known": "update {table} set period_id = '1999' where period_id = '2019'",
        "column=is_synthetic": NOT_SAID_TO_BE_REAL,
    },
    "fct_cost_change": {
        "grain": GRAIN,
        "effects_add_up": "update {table} set mix_effect = mix_effect + 0.01",
        "cost_is_published": "update {table} set cost_before = cost_before + 1, cost_after = cost_after + 1",
        "period_known": "update {table} set period_id = '1999'",
        "column=is_synthetic": NOT_SAID_TO_BE_REAL,
    },
    "fct_objective_attainment": {
        "grain": "insert into {table} from {table} where not is_current",
        "null(column=status": "update {table} set status = null",
        "set(column=status": "update {table} set status = 'prima'",
        "one_current_row": "update {table} set is_current = true",
        "no_objective_missing": "delete from {table} where objective_id = 'heemskerk-13'",
        "no_objective_invented": "insert into {table} select * replace ('heemskerk-99' as objective_id) from {table} "
        "where objective_id = 'heemskerk-13'",
        "no_zero_for_unknown": "update {table} set attainment = 0, status = 'doel nog open' "
        "where objective_id = 'heemskerk-13'",
        "open_stays_open": "update {table} set status = 'behaald' where objective_id = 'heemskerk-13'",
        "status_fits_ratio": "update {table} set status = 'op koers' where ratio is not null",
        "attainment_from_its_figures": "update {table} set attainment = 0.9 where ratio is not null",
        "probability": "update {table} set probability = 40 where probability > 0",
        "region_known": "update {table} set region_code = null",
        "indicator_known": "update {table} set indicator_id = 'geluk'",
        "null(column=is_synthetic": "update {table} set is_synthetic = null",
        "overdue_has_a_date": "update {table} set next_measurement_due = null",
        "snapshot_known": "update {table} set snapshot_id = 'x'",
    },
    "fct_objective_outlook": {
        "grain": GRAIN,
        "no_objective_missing": "update {table} set version = 1 where objective_id = 'heemskerk-13'",
        "five_points_or_silence": "update {table} set n_points = 4 where n_points = 5",
        "line_within_its_interval": "update {table} set outlook_value = 60 where n_points = 5",
        "measures_apart": "update {table} set target_outlook_value = target_outlook_value + measures_effect",
        "beslispunt_where_the_outlook_misses": "update {table} set is_beslispunt = not is_beslispunt",
        "column=probability": "update {table} set probability = 40 where n_points = 5",
        "column=p_value": "update {table} set p_value = 1.2 where n_points = 5",
        "region_known": "update {table} set region_code = null",
    },
}

FURTHER_FAULTS: list[tuple[str, str, str]] = [
    ("agenda", "moment_is_one", "update {table} set date = null"),
    ("agenda", "moment_is_one", "update {table} set date = '18-06-2026' where date is not null"),
    ("agenda", "moment_is_one", "update {table} set period = '2026-Q5' where period is not null"),
    ("region_shape", "shape_is_polygon", "update {table} set geometry = '{{}}'"),
    ("region_shape", "shape_is_polygon", "update {table} set geometry = 'a square'"),
    ("cost", "whole_fits_its_categories", "update {table} set users = '601' where users = '550'"),
    ("fct_budget", "shares_are_of_the_whole", "update {table} set share_of_budget = 1 - share_of_budget"),
    ("fct_cost", "cost_per_user_from_its_figures", "update {table} set users = 0 where users = 550"),
    (
        "fct_cost_change",
        "cost_is_published",
        "update {table} set cost_before = cost_before - 1, change = change + 1, unsplit_effect = unsplit_effect + 1",
    ),
    ("fct_objective_outlook", "line_within_its_interval", "update {table} set target_outlook_low = null"),
    ("fct_objective_outlook", "measures_apart", "update {table} set target_outlook_with_measures = null"),
    (
        "fct_objective_outlook",
        "beslispunt_where_the_outlook_misses",
        "update {table} set is_beslispunt = null where n_points = 5",
    ),
]
"""Suite, check and SQL: more ways in which a check can be wronged, each of them another branch of it."""
