"""A fault for every check of the suites on sources, regions, indicators and their figures.

Faults in what surrounds the municipality's plan are in `plan_faults.py`, those in its registrations in
`care_faults.py`; that each of them is found is tested in `test_expectations.py`.
"""

from __future__ import annotations

OBSERVATION_FAULTS = {
    "keys_are_codes": "update {table} set period_key = 'soon' where row_number = 1",
    "value_is_a_figure": "update {table} set value_text = '1.240,5', value_attribute = null",
    "value_attribute": "update {table} set value_attribute = 'Withdrawn'",
    "grain": "insert into {table} from {table}",
    "snapshot_known": "update {table} set snapshot_id = repeat('f', 64)",
}
FILE_FAULTS = {"snapshot_known": OBSERVATION_FAULTS["snapshot_known"], "grain": OBSERVATION_FAULTS["grain"]}
ATTEMPT = "insert into {{table}} values ('cbs', 'population', '{cause}', '{since}', 'It did not come.');"
BSN = "123456782"

FIGURE_FAULTS: dict[str, dict[str, str]] = {
    "accepted_jump": {"grain": FILE_FAULTS["grain"]},
    "attempt": {
        "cause": ATTEMPT.format(cause="tired", since="2026-04-01T06:00:00Z"),
        "grain": 2 * ATTEMPT.format(cause="vanished", since="2026-04-01T06:00:00Z"),
        "since_is_utc": ATTEMPT.format(cause="vanished", since="2026-04-01 08:00"),
        "none_in_trouble": ATTEMPT.format(cause="unreachable", since="2026-04-01T06:00:00Z"),
    },
    "cbs_observation": {
        **OBSERVATION_FAULTS,
        "row_count": "delete from {table}",
        "value_fits_its_unit": "update {table} set value_text = '39182.5' where row_number = 3",
    },
    "duo_observation": OBSERVATION_FAULTS,
    "divosa_observation": OBSERVATION_FAULTS,
    "municipal_observation": OBSERVATION_FAULTS,
    "cbs_code": {**FILE_FAULTS, "column=code_key": "update {table} set code_key = null"},
    "cbs_table": {
        "grain": FILE_FAULTS["grain"],
        "snapshot_known": "insert into {table} select * replace (repeat('f', 64) as snapshot_id) from {table} limit 1",
        "column=table_id": "update {table} set table_id = null",
        "column=title": "update {table} set title = null",
        "column=modified": "update {table} set modified = null",
        "table_of_the_contract": "update {table} set table_id = '70072ned'",
        "none_missing": "delete from {table}",
    },
    "cbs_measure": {**FILE_FAULTS, "column=concept_id": "update {table} set concept_id = null"},
    "disclosure_interval": {
        "nothing_given_away": "update {table} set is_wide_enough = false",
        "width_bears_it_out": "update {table} set high = 5",
        "grain": "insert into {table} from {table}",
    },
    "measurement": {
        **FILE_FAULTS,
        "keys_are_codes": "update {table} set region_code = 'Heemskerk'",
        "numbers_parse": "update {table} set value = '56 %'",
        "interval_holds_value": "update {table} set value = '60'",
        "synthetic_is_said": "update {table} set is_synthetic = 'misschien'",
    },
    "printed_figure": {
        **FILE_FAULTS,
        "column=indicator_label": "update {table} set indicator_label = null",
        "period_is_an_id": "update {table} set period_key = '1e helft 2023'",
        "numbers_are_read_as_written": "update {table} set value_nl_number = '0'",
        "status_is_known": "update {table} set value_status = 'voorlopig'",
    },
    "dataset": {
        "grain": FILE_FAULTS["grain"],
        "licence": "update {table} set licence = null",
        "attribution": "update {table} set attribution = null",
    },
    "snapshot": {
        "row_count": "delete from {table}",
        "snapshot_id_is_sha256": "update {table} set snapshot_id = 'latest' where source_id = 'aggregate'",
        "grain": FILE_FAULTS["grain"],
        "column=origin": "update {table} set origin = 'hearsay'",
        "retrieved_at_is_utc": "update {table} set retrieved_at = '2026-04-01 08:00'",
        "licence": "update {table} set licence = null",
        "dataset_known": "update {table} set dataset_id = 'other'",
        "reconstruction_names_its_original": "update {table} set original_url = null",
    },
    "parameter": {
        "row_count": "insert into {table} from {table}",
        "settings_are_sound": "update {table} set small_count_threshold = 0",
    },
    "dim_dataset": {
        "grain": FILE_FAULTS["grain"],
        "complete": "delete from {table} where source_id = 'aggregate'",
        "set(column=publisher_status": "update {table} set publisher_status = 'Regulier'",
        "goes_on": "update {table} set publisher_status = 'discontinued', successor_table_id = '86165NED'",
        "successor_is_another": "update {table} set successor_table_id = '03759NED'",
    },
    "dim_region": {
        "unique": "insert into {table} from {table} where region_type = 'wijk'",
        "code_fits_type": "update {table} set region_type = 'buurt' where region_type = 'wijk'",
        "region_name": "update {table} set region_name = null where region_type = 'wijk'",
        "parent_known": "update {table} set parent_code = 'GM9999' where region_type = 'wijk'",
        "valid_to": "update {table} set valid_to = '1999-12-31' where region_code = 'GM0396'",
        "workspace_gemeente_known": "update raw.parameter set workspace_gemeente = 'GM9999'",
    },
    "dim_period": {
        "unique": FILE_FAULTS["grain"],
        "id_fits_type": "update {table} set period_id = '2023-h1' where period_type = 'half-year'",
        "dates_fit_id": "update {table} set end_date = '2023-12-31' where period_type = 'half-year'",
    },
    "dim_indicator": {
        "column=indicator_id": "update {table} set indicator_id = null where indicator_id = 'inwoners'",
        "grain": FILE_FAULTS["grain"],
        "column=name_nl": "update {table} set name_nl = null",
        "column=unit": "update {table} set unit = null",
        "direction": "update {table} set direction = 'hold'",
        "rate_base_fits_name": "update {table} set rate_base = 1000 where rate_base = 10000",
    },
    "dim_indicator_version": {
        "versions_follow_each_other": "update {table} set valid_from = '2020-01-02' where version = 3",
        "comparable_versions_share_a_unit": "update {table} set is_comparable = true",
    },
    "dim_region_profile": {
        "grain": "insert into {table} select * replace (-standardised as standardised) from {table}",
        "gemeente_known": "update {table} set region_code = 'WK039601' where region_code = 'GM0396'",
        "characteristic": "update {table} set characteristic = 'charm' where characteristic = 'share_0_14'",
        "shares_are_percents": "update {table} set value = 101 where characteristic = 'share_0_14'",
        "standardised_over_all": "update {table} set standardised = 3 where region_code = 'GM0396'",
        "is_synthetic": "update {table} set is_synthetic = null",
    },
    "dim_peer": {
        "grain": "insert into {table} select * replace (2 as rank, distance + 1e-12 as distance) from {table}",
        "both_have_a_profile": "update {table} set peer_code = region_code",
        "nearest_first": "update {table} set rank = 2",
        "distance_from_its_differences": "update {table} set share_65plus_difference = 0",
        "is_synthetic": "update {table} set is_synthetic = null",
    },
    "fct_indicator_benchmark": {
        "grain": "insert into {table} from {table}; update {table} set n_regions = 2 * n_regions",
        "every_value_of_a_gemeente": "delete from {table} where region_code = 'GM0396' and period_id = '2020'",
        "national_as_published": "update {table} set national = 1 where indicator_id = 'inwoners'",
        "country_and_province_within": "update {table} set provincial = 1, provincial_is_derived = true",
        "medians_and_their_numbers": "update {table} set size_class_median = 1",
        "rank_counts_the_higher_ones": "update {table} set rank = 2 where region_code = 'GM0396'",
        "percentiles_in_balance": "update {table} set percentile = 51 where region_code = 'GM0396'",
        "is_synthetic": "update {table} set is_synthetic = null",
    },
    "fct_indicator_value": {
        "row_count": "delete from {table}",
        "grain": "insert into {table} from {table} where region_code = 'NL01'",
        "indicator_known": "update {table} set indicator_id = 'geluk' where value = 250",
        "region_known": "update {table} set region_code = 'GM9999' where region_code = 'GM0396'",
        "period_known": "update {table} set period_id = '1999' where region_code = 'NL01'",
        "column=territory": "update {table} set territory = 'somewhere'",
        "value_status": "update {table} set value_status = 'final'",
        "column=absence": "update {table} set absence = 'secret' where absence is not null",
        "value_or_absence": "update {table} set absence = null",
        "figures_are_finite": "update {table} set value = 'inf' where value = 15010000",
        "column=value, min": "update {table} set value = -1 where region_code = 'GM1000'",
        "numerator, min": "update {table} set numerator = -1, rate_computed = null where numerator > 0",
        "denominator, min": "update {table} set denominator = -1, rate_computed = null where numerator > 0",
        "percentage_within_100": "update {table} set value = 560, rate_published = 560, interval_high = 575 "
        "where indicator_id = 'beweegrichtlijn_pct'",
        "rate_from_its_counts": "update {table} set rate_computed = 21.44 where period_id = '2020' and numerator > 0",
        "value_is_a_rate_shown": "update {table} set value = 0 where numerator > 0",
        "published_within_rounding": "update {table} set is_consistent = false, rate_low = 0, rate_high = 1 "
        "where is_consistent",
        "interval_holds_value": "update {table} set interval_low = 57 where interval_low is not null",
        "rows_expectation(snapshot_known": "update {table} set snapshot_id = null where region_code = 'NL01'",
        "denominator_snapshot_known": "update {table} set denominator_snapshot_id = 'x' where numerator > 0",
        "null(column=is_synthetic": "update {table} set is_synthetic = null",
        "synthetic_source_is_said": "update raw.snapshot set is_synthetic = true where source_id = 'cbs'",
        "small_counts_hidden": "update {table} set numerator = 9, rate_computed = 9 / denominator * 10000 "
        "where numerator > 0",
        "gemeenten_add_up": "update {table} set value = 17000000 where value = 15010000",
        "no_unit_switch": "update {table} set value = value / 10, rate_published = value / 10 where value = 250",
    },
    "fct_break": {
        "row_count": "delete from {table}",
        "indicator_known": "update {table} set indicator_id = 'geluk'",
        "region_known": "update {table} set region_code = 'GM9999'",
        "null(column=break_date": "update {table} set break_date = null",
        "null(column=reason": "update {table} set reason = null",
        "no_trend_across": "update {table} set break_date = '2020-01-01'",
    },
    "fct_indicator_revision": {
        "grain": FILE_FAULTS["grain"],
        "something_changed": "update {table} set new_value = old_value, new_status = old_status",
        "snapshots_known": "update {table} set old_snapshot_id = repeat('f', 64)",
    },
    "fct_indicator_trend": {
        "grain": FILE_FAULTS["grain"],
        "indicator_known": "update {table} set indicator_id = 'geluk' where n_points = 5",
        "region_known": "update {table} set region_code = 'GM9999'",
        "n_points": "update {table} set n_points = 0 where trend = 'too_few_points'",
        "p_value": "update {table} set p_value = 1.2 where trend = 'too_few_points'",
        "column=trend": "update {table} set trend = 'sideways', p_value = 0.5 where trend = 'down'",
        "trend_fits_its_numbers": "update {table} set trend = 'up' where trend = 'down'",
        "window_in_order": "update {table} set window_start = '2023'",
        "outlook_within_its_bounds": "update {table} set outlook_period_id = '2020'",
    },
}
