"""Sound rows of sources, regions, indicators and their figures, for both gates.

Rows of what surrounds the municipality's plan are in `plan_rows.py`, those of its registrations in `care_rows.py`.
"""

from __future__ import annotations

SNAPSHOT, LOCAL, OLDER = "a" * 64, "b" * 64, "d" * 64

FIGURE_ROWS = f"""
insert into raw.dataset by name
    select 'cbs' as source_id, 'population' as dataset_id, 'cbs_v4' as kind, '03759ned' as table_id, 'yearly' as rhythm,
        'CC BY 4.0' as licence, 'CBS' as attribution
    union all select 'aggregate', 'registration', 'sealed', null, 'irregular', 'eigen', 'gemeente'
    union all select 'registration', 'declaraties', 'record_file', null, 'half-yearly', 'eigen', 'gemeente';
insert into raw.snapshot by name
    select '{SNAPSHOT}' as snapshot_id, 'cbs' as source_id, 'population' as dataset_id, 'snapshots/a' as file_path,
        'reconstructed' as origin, 'somewhere' as original_url, '2026-04-01T06:00:00Z' as retrieved_at,
        'CC BY 4.0' as licence, false as is_synthetic, true as is_serving
    union all select '{OLDER}', 'cbs', 'population', 'snapshots/d', 'wire', null, '2025-04-01T06:00:00Z',
        'CC BY 4.0', false, false
    union all select '{LOCAL}', 'aggregate', 'registration', 'snapshots/b', 'file', null, '2026-04-01T06:00:00Z',
        'eigen', false, true;
insert into raw.parameter values ('GM0396', '2026-04-01', 10);
insert into raw.accepted_jump values ('bijstand', 'GM0396', '2020');

insert into raw.cbs_observation
    select 'cbs', 'population', '{SNAPSHOT}', i, 'inhabitants', 'M1', 'GM0396', (2018 + i) || 'JJ00', '39182.0', 'None',
        false, 'T001038|10000'
    from range(4) as t (i)
    union all select 'cbs', 'population', '{SNAPSHOT}', 9, 'inhabitants', 'M1', 'NL01  ', '2017JJ00', '       .', null,
        false, null;
insert into raw.cbs_code values
    ('cbs', 'population', '{SNAPSHOT}', 1, 'RegioS', 'GM0396', 'Heemskerk', null, null, null);
insert into raw.cbs_table by name
    select 'cbs' as source_id, 'population' as dataset_id, '{SNAPSHOT}' as snapshot_id, 1 as row_number,
        '03759NED' as table_id, 'Bevolking' as title, 'Regulier' as status,
        '2026-06-23T00:00:00+02:00' as modified
    union all select 'cbs', 'population', '{OLDER}', 1, '03759ned', 'Bevolking', 'Regulier',
        '2025-06-24T00:00:00+02:00';
insert into raw.cbs_measure values
    ('cbs', 'population', '{SNAPSHOT}', 1, 'M1', 'inhabitants', 'Bevolking', 'aantal', 0);
insert into raw.duo_observation values
    ('duo', 'd', '{LOCAL}', 1, 'verzuim_absoluut', 'V', '396', '2022-2023', '<5', 'suppressed', false);
insert into raw.divosa_observation values
    ('divosa', 'd', '{LOCAL}', 1, 'terugkeer', 'T', 'GM0396', '2023', '16,1', null, false);
insert into raw.municipal_observation values
    ('municipal', 'd', '{LOCAL}', 1, 'bezwaar', 'B', '0396', '2023-H1', '12.5', null, false);
insert into raw.disclosure_interval values
    ('care', 'clients', 'wmo', 'Wonen', 'totaal', 'totaal', 'totaal', 'totaal', '2023', 0, 34, 10, true);
insert into raw.measurement by name
    select 'municipal' as source_id, 'measurements' as dataset_id, '{LOCAL}' as snapshot_id, 1 as row_number,
        'beweegrichtlijn_pct' as indicator_id, 'GM0396' as region_code, '2020' as period_id, '56' as value,
        '54,5' as interval_low, '57.5' as interval_high, 'nee' as is_synthetic;
insert into raw.printed_figure by name
    select 'municipal' as source_id, 'begroting' as dataset_id, '{LOCAL}' as snapshot_id, i as row_number,
        'Heemskerk' as gemeente, 'Bijstandsuitkeringen' as indicator_label, '2023-H' || i as period_written,
        '2023-H' || i as period_key, case i when 1 then 'provisional' end as value_status, '214,4*' as value_written,
        '214.4' as value_number, '-' as value_nl_written, null as value_nl_number, false as is_synthetic
    from range(1, 3) as t (i);

insert into marts.dim_dataset by name
    select 'cbs' as source_id, 'population' as dataset_id, '03759ned' as table_id, 'Bevolking' as publisher_title,
        'regular' as publisher_status, '{SNAPSHOT}' as snapshot_id
    union all select 'aggregate', 'registration', null, null, null, '{LOCAL}'
    union all select 'registration', 'declaraties', null, null, null, null;
insert into marts.dim_region values
    ('NL01', 'Nederland', 'land', null, null, null, null, null),
    ('GM0396', 'Heemskerk', 'gemeente', 'NL01', '2000-01-01', '2030-12-31', null, '20-50'),
    ('WK039601', 'Wijk 1', 'wijk', 'GM0396', null, null, null, null);
insert into marts.dim_region select 'GM' || i, 'Gemeente ' || i, 'gemeente', 'NL01', null, null, null, null
    from range(1000, 1300) as t (i);
insert into marts.dim_period
    select y::text, 'year', make_date(y::int, 1, 1), make_date(y::int, 12, 31) from range(2017, 2028) as t (y);
insert into marts.dim_period values
    ('2023-H1', 'half-year', '2023-01-01', '2023-06-30'), ('2022/2023', 'school-year', '2022-08-01', '2023-07-31');
insert into marts.dim_indicator by name
    select 'inwoners' as indicator_id, 'Inwoners' as name_nl, 'Personen' as definition_nl, 'inwoners' as unit,
        null::double as rate_base, 0 as decimals, 'neutral' as direction
    union all select 'bijstand_per_10000_inw', 'Bijstand', 'Personen', 'per 10.000 inwoners', 10000, 1, 'down'
    union all select 'beweegrichtlijn_pct', 'Beweegrichtlijn', 'Volwassenen', '%', 100, 0, 'up';
insert into marts.dim_indicator_version by name
    select indicator_id, 1 as version, null as valid_from, null as valid_to, unit, rate_base, true as is_comparable
    from marts.dim_indicator
    where indicator_id <> 'bijstand_per_10000_inw'
    union all select indicator_id, 1, null, '2017-12-31', 'per 1.000 inwoners', 1000, true
    from marts.dim_indicator where indicator_id = 'bijstand_per_10000_inw'
    union all select indicator_id, 2, '2018-01-01', '2019-12-31', unit, rate_base, false
    from marts.dim_indicator where indicator_id = 'bijstand_per_10000_inw'
    union all select indicator_id, 3, '2020-01-01', null, unit, rate_base, true
    from marts.dim_indicator where indicator_id = 'bijstand_per_10000_inw';

insert into marts.fct_indicator_value by name
    select 'inwoners' as indicator_id, 'GM' || i as region_code, '2020' as period_id, 'as_published' as territory,
        50000.0 as value, 'definitive' as value_status, false as is_derived, false as is_synthetic,
        '{SNAPSHOT}' as snapshot_id
    from range(1000, 1300) as t (i)
    union all select 'inwoners', 'NL01', '2020', 'as_published', 15010000.0, 'definitive', false, false, '{SNAPSHOT}'
    union all select 'bijstand_per_10000_inw', 'NL01', '2020', 'as_published', 250.0, 'definitive', false, false,
        '{SNAPSHOT}'
    union all select 'beweegrichtlijn_pct', 'GM0396', '2020', 'as_published', 56.0, 'definitive', false, false,
        '{LOCAL}';
update marts.fct_indicator_value set rate_published = value where indicator_id <> 'inwoners';
update marts.fct_indicator_value set interval_low = 54.5, interval_high = 57.5
    where indicator_id = 'beweegrichtlijn_pct';
insert into marts.fct_indicator_value by name
    select 'bijstand_per_10000_inw' as indicator_id, 'GM0396' as region_code, y as period_id,
        'as_published' as territory, round(n / 39182.0 * 10000, 1) as value, n as numerator, 39182.0 as denominator,
        round(n / 39182.0 * 10000, 1) as rate_published, n / 39182.0 * 10000 as rate_computed,
        (n - 5) / 39182.0 * 10000 as rate_low, (n + 5) / 39182.0 * 10000 as rate_high, true as is_consistent,
        'provisional' as value_status, false as is_derived,
        false as is_synthetic, '{LOCAL}' as snapshot_id, '{SNAPSHOT}' as denominator_snapshot_id
    from (values ('2019', 800.0), ('2020', 840.0)) as t (y, n);
insert into marts.fct_indicator_value by name
    select 'bijstand_per_10000_inw' as indicator_id, 'WK039601' as region_code, '2020' as period_id,
        'as_published' as territory, 'unknown' as absence, false as is_derived, false as is_synthetic,
        '{SNAPSHOT}' as snapshot_id;
update marts.fct_indicator_value set is_indicative = false;

insert into marts.fct_indicator_revision by name
    select 'bijstand_per_10000_inw' as indicator_id, 'GM0396' as region_code, '2020' as period_id,
        'denominator' as part, 39190.0 as old_value, 39182.0 as new_value, null as old_absence, null as new_absence,
        'provisional' as old_status, 'definitive' as new_status, '{OLDER}' as old_snapshot_id,
        '{SNAPSHOT}' as new_snapshot_id, false as is_synthetic, '2026-04-01 06:00:00' as seen_at;
insert into marts.fct_break values
    ('bijstand_per_10000_inw', null, '2018-01-01', 'Andere telling', 'Register'),
    (null, 'GM0396', '2018-01-01', 'Grenswijziging', 'CBS');
insert into marts.dim_region_profile values
    ('GM0396', 'inhabitants', '2020', 10000, -1, false), ('GM1000', 'inhabitants', '2020', 40000, 1, false),
    ('GM0396', 'share_0_14', '2020', 15, 1, false), ('GM1000', 'share_0_14', '2020', 10, -1, false);
insert into marts.dim_peer values
    ('GM0396', 'GM1000', 1, 2, 2, 2, null, -2, null, null, false),
    ('GM1000', 'GM0396', 1, 2, 2, -2, null, 2, null, null, false);
insert into marts.fct_indicator_benchmark by name
    select v.indicator_id, v.region_code, v.period_id, v.value,
        coalesce(country.value, v.value) as national, country.value is null as national_is_derived,
        null as provincial, false as provincial_is_derived, null as size_class_median, 0 as n_size_class,
        case when v.region_code = 'GM0396' then v.value end as peer_median, (v.region_code = 'GM0396')::int as n_peers,
        1 as rank, 50 as percentile, count(*) over (partition by v.indicator_id, v.period_id) as n_regions,
        v.is_synthetic
    from marts.fct_indicator_value as v
    left join marts.fct_indicator_value as country
        on country.region_code = 'NL01' and country.indicator_id = v.indicator_id and country.period_id = v.period_id
    where v.region_code like 'GM%';

insert into marts.fct_indicator_trend values
    ('bijstand_per_10000_inw', 'GM0396', 5, '2018', '2022', -3.0, 0.0167, 'down', 200, 190, 210, '2024', false, false),
    ('inwoners', 'GM0396', 2, '2019', '2020', null, null, 'too_few_points', null, null, null, null, false, false);
"""
