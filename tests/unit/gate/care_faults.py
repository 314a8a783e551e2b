"""A fault for every check of the suites on the municipality's own registrations: the seal, and the tables made of it.

That each of them is found is tested in `test_expectations.py`.
"""

from __future__ import annotations

from tests.unit.gate.figure_faults import BSN, FILE_FAULTS

COVERED_TO_THE_END = "update {table} set is_whole = not is_whole where period_id = '2021'"
PERIOD_KNOWN = "update {table} set period_id = '1999' where period_id = '2022'"
SYNTHETIC = "update {table} set is_synthetic = null"
YEAR_OR_HALF = "update {table} set period_id = '2021-Q1' where row_number = 4"

CARE_FAULTS: dict[str, dict[str, str]] = {
    "registration_cell": {
        **FILE_FAULTS,
        "snapshot_known": "update {table} set snapshot_id = repeat('f', 64); "
        "update raw.registration_coverage set snapshot_id = repeat('f', 64)",
        "keys_are_filled": "update {table} set referrer = ' ' where row_number = 2",
        "column=subject": "update {table} set subject = 'zorg'; update raw.registration_coverage set subject = 'zorg'",
        "column=unit": "update {table} set unit = 'heads' where row_number = 2",
        "column=wet": "update {table} set wet = 'wlz' where wet = 'wmo'; "
        "update raw.registration_coverage set wet = 'wlz' where wet = 'wmo'",
        "column=form": "update {table} set form = 'natura'",
        "period_is_year_or_half": "update {table} set period_id = '2021-Q1' where period_id = '2021'; "
        "update raw.registration_coverage set period_id = '2021-Q1' where period_id = '2021'",
        "value_is_a_count": "update {table} set value = '12.5' where row_number = 2",
        "column=is_hidden": "update {table} set is_hidden = null where row_number = 2",
        "small_counts_are_hidden": "update {table} set is_hidden = false",
        "no_personal_number": f"update {{table}} set referrer = 'huisarts {BSN}' where row_number = 2",
        "coverage_known": "delete from raw.registration_coverage where subject = 'toekenning'",
        "column=is_synthetic": SYNTHETIC,
    },
    "registration_coverage": {
        **FILE_FAULTS,
        "keys_are_filled": "update {table} set wet = null where row_number = 4",
        "period_is_year_or_half": YEAR_OR_HALF,
        "days_in_order": "update {table} set covered_from = '2022-12-01' where row_number = 3",
        "whole_runs_to_the_end": "update {table} set is_whole = true",
    },
    "registration_file": {
        **FILE_FAULTS,
        "original_id_is_sha256": "update {table} set original_id = 'declaraties' where row_number = 2",
        "nothing_is_dropped": "update {table} set rows_loaded = 99 where row_number = 3",
        "column=state": "update {table} set state = 'lost'",
        "replaced_by_one_that_came_in": "update {table} set superseded_by = repeat('9', 64) where row_number = 2",
        "received_at_is_utc": "update {table} set received_at = '2026-04-01 08:00'",
    },
    "registration_fault": {
        "grain": "update {table} set column_name = 'x', reason_kind = 'y', reason = 'z'",
        "snapshot_known": "update {table} set snapshot_id = repeat('f', 64); "
        "update raw.registration_file set snapshot_id = repeat('f', 64)",
        "column=reason_kind": "update {table} set reason_kind = null where row_number = 2",
        "counts_rows": "update {table} set n = case row_number when 2 then 3 else 0 end",
        "no_personal_number": f"update {{table}} set reason = 'Onbekend: {BSN}'",
        "original_known": "delete from raw.registration_file",
        "counted_in_its_file": "update {table} set n = 5",
    },
    "printed_care": {
        **FILE_FAULTS,
        "column=measure": "update {table} set measure = 'kosten' where row_number = 2",
        "column=unit": "update {table} set unit = '500'",
        "keys_are_filled": "update {table} set source = ''",
        "period_is_period": "update {table} set year = 'jaar ' || year",
        "numbers_parse": "update {table} set value = '1.000.000'",
        "synthetic_is_said": "update {table} set is_synthetic = 'misschien'",
    },
    "fct_care_use": {
        **FILE_FAULTS,
        "figure_or_absence": "update {table} set absence = null where category = 'wonen'",
        "small_counts_hidden": "update {table} set clients = 9 where region_code = 'onbekend'",
        "whole_holds_its_parts": "update {table} set clients = 101 where region_code = 'WK039601'",
        "categories_hold_the_whole": "update {table} set clients = 121 where category = 'totaal' "
        "and period_id = '2022'",
        "wijk_known": "update {table} set region_code = 'Noord' where region_code = 'WK039601'",
        "whole_runs_to_the_end": COVERED_TO_THE_END,
        "period_known": PERIOD_KNOWN,
        "column=is_synthetic": SYNTHETIC,
    },
    "fct_care_cost": {
        **FILE_FAULTS,
        "grain": "insert into {table} from {table} where region_code = 'WK039601'",
        "figure_or_absence": "update {table} set absence = null where category = 'wonen'",
        "clients_as_published": "update marts.fct_care_use set clients = null where category = 'hulp'",
        "cost_per_client_from_both": "update {table} set cost_per_client = 5.02 where category = 'hulp'",
        "categories_add_up": "update {table} set cost = 401, cost_per_client = 8.02 where category = 'hulp' "
        "and period_id = '2022'",
        "no_lone_hidden_cost": "update {table} set cost = 100, absence = null where category = 'wonen'",
        "whole_runs_to_the_end": COVERED_TO_THE_END,
        "period_known": PERIOD_KNOWN + "; update marts.fct_care_use set period_id = '1999' where period_id = '2022'",
        "column=is_synthetic": SYNTHETIC,
    },
    "fct_care_flow": {
        **FILE_FAULTS,
        "absence_where_hidden": "update {table} set absence = null",
        "in_balance": "update {table} set inflow = 61 where category = 'totaal'",
        "no_lone_hidden_count": "update {table} set inflow = 20 where category = 'begeleiding'",
        "small_counts_hidden": "update {table} set inflow = 9, standing_begin = 101 where category = 'totaal'",
        "whole_runs_to_the_end": COVERED_TO_THE_END,
        "period_known": "update {table} set period_id = '1999'",
        "column=is_synthetic": SYNTHETIC,
    },
    "fct_care_stacking": {
        "grain": "insert into {table} select * replace (0 as clients) from {table} where n_provisions = '3+'",
        "snapshot_known": FILE_FAULTS["snapshot_known"],
        "column=n_provisions": "update {table} set n_provisions = '5' where n_provisions = '3+'",
        "figure_or_absence": "update {table} set clients = null where n_provisions = '2'",
        "small_counts_hidden": "update {table} set clients = case n_provisions when '3+' then 8 else 32 end "
        "where n_provisions in ('2', '3+')",
        "adds_up_to_the_clients": "update {table} set clients = 61 where n_provisions = '1'",
        "whole_runs_to_the_end": COVERED_TO_THE_END,
        "period_known": "update {table} set period_id = '1999'",
        "column=is_synthetic": SYNTHETIC,
    },
    "fct_care_outlook": {
        **FILE_FAULTS,
        "cost_as_published": "update {table} set cost_to_date = 901 where period_id = '2022'",
        "outlook_within_its_range": "update {table} set outlook_low = null where period_id = '2022'",
        "whole_years_are_not_estimated": "update {table} set outlook = 1001, difference = -99 where period_id = '2021'",
        "difference_from_its_figures": "update {table} set difference = 100 where period_id = '2021'",
        "column=method": "update {table} set method = null",
        "period_known": PERIOD_KNOWN + "; update marts.fct_care_cost set period_id = '1999' where period_id = '2022'",
        "column=is_synthetic": SYNTHETIC,
    },
    "fct_care_printed": {
        **FILE_FAULTS,
        "column=measure": "update {table} set measure = 'kosten' where category = 'wonen'",
        "column=printed_unit": "update {table} set printed_unit = 500",
        "computed_as_published": "update {table} set printed_value = computed_value + 1, "
        "computed_value = computed_value + 1",
        "judged_by_its_figures": "update {table} set difference = 1 where measure = 'cost' and category = 'totaal'",
        "print_agrees": "update {table} set printed_value = 900, difference = 100, is_within_rounding = false "
        "where measure = 'cost' and category = 'totaal'",
        "period_known": "delete from marts.dim_period where period_id = '2021'",
        "column=is_synthetic": SYNTHETIC,
    },
    "fct_registration_count": {
        **FILE_FAULTS,
        "column=subject": "update {table} set subject = 'care'",
        "column=unit": "update {table} set unit = 'heads'",
        "figure_or_absence": "update {table} set absence = null",
        "small_counts_hidden": "update {table} set value = 9 where measure = 'returned'",
        "parts_within_their_whole": "update {table} set value = 101 where measure = 'returned'",
        "whole_runs_to_the_end": COVERED_TO_THE_END,
        "period_known": "update {table} set period_id = '1999'",
        "column=is_synthetic": SYNTHETIC,
    },
    "dim_registration_file": {
        "unique": FILE_FAULTS["grain"],
        "snapshot_known": FILE_FAULTS["snapshot_known"],
        "nothing_is_dropped": "update {table} set rows_in = 104 where rows_in = 103",
        "column=state": "update {table} set state = 'lost'",
        "dataset_known": "update {table} set dataset_id = 'elders'",
        "replaced_by_one_that_came_in": "update {table} set superseded_by = original_id "
        "where superseded_by is not null",
        "column=received_at": "update {table} set received_at = null",
        "column=is_synthetic": SYNTHETIC,
    },
}
