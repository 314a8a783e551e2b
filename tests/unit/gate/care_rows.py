"""Sound rows of the municipality's own registrations, for both gates: the seal, and the tables that are made of it."""

from __future__ import annotations

from tests.unit.gate.figure_rows import LOCAL

OLD_FILE, NEW_FILE = "1" * 64, "2" * 64

CARE_ROWS = f"""
insert into raw.registration_coverage by name
    select *, 'aggregate' as source_id, 'registration' as dataset_id, '{LOCAL}' as snapshot_id
    from (values
        (2, 'care', 'wmo', '2021', '2021-01-01', '2021-12-31', true),
        (3, 'care', 'wmo', '2022', '2022-01-01', '2022-11-30', false),
        (4, 'toekenning', 'totaal', '2021-H1', '2021-01-01', '2021-06-30', true)
    ) as t (row_number, subject, wet, period_id, covered_from, covered_through, is_whole);
insert into raw.registration_cell by name
    select *, 'aggregate' as source_id, 'registration' as dataset_id, '{LOCAL}' as snapshot_id, 'totaal' as form,
        'totaal' as referrer, 'totaal' as wijk, 'totaal' as n_provisions, false as is_synthetic
    from (values
        (2, 'care', 'clients', 'persons', 'wmo', 'totaal', '2021', '100', false),
        (3, 'care', 'clients', 'persons', 'wmo', 'wonen', '2021', '7', true),
        (4, 'care', 'clients', 'persons', 'wmo', 'vervoer', '2021', '0.00', false),
        (5, 'care', 'cost', 'euro', 'wmo', 'totaal', '2022', '-5.50', false),
        (6, 'toekenning', 'grants', 'grants', 'totaal', 'kindpakket', '2021-H1', '12', false)
    ) as t (row_number, subject, measure, unit, wet, category, period_id, value, is_hidden);
insert into raw.registration_file by name
    select *, 'aggregate' as source_id, 'registration' as dataset_id, '{LOCAL}' as snapshot_id,
        'declaraties' as original_dataset_id, '2026-04-01T06:00:00Z' as received_at, false as is_synthetic
    from (values
        (2, '{OLD_FILE}', 'declaraties_2021.csv', '2021', 100, 100, 0, 'superseded', '{NEW_FILE}'),
        (3, '{NEW_FILE}', 'declaraties_2021_v2.csv', '2021', 103, 100, 3, 'serving', null)
    ) as t (row_number, original_id, file_name, period_id, rows_in, rows_loaded, rows_quarantined, state,
        superseded_by);
insert into raw.registration_fault by name
    select *, 'aggregate' as source_id, 'registration' as dataset_id, '{LOCAL}' as snapshot_id,
        '{NEW_FILE}' as original_id, 'declaraties' as original_dataset_id, 'declaratieregel' as table_name
    from (values
        (2, 'amount', 'negative_amount', 'Het bedrag is negatief', 2),
        (3, 'product_code', 'unknown_code', 'De code is niet bekend', 1)
    ) as t (row_number, column_name, reason_kind, reason, n);
insert into raw.printed_care by name
    select *, '{LOCAL}' as snapshot_id, 'wmo' as wet, '2021' as year, 'Nieuwsbrief' as source, 'nee' as is_synthetic
    from (values (2, null, 'cost', '1000', '1'), (3, 'wonen', 'cost', '200', '1'), (4, null, 'clients', '100', '1'))
        as t (row_number, category, measure, value, unit);

insert into marts.fct_care_use by name
    select *, 'wmo' as wet, 'totaal' as form, 'totaal' as referrer, false as is_synthetic, '{LOCAL}' as snapshot_id,
        case when clients is null then 'suppressed' end as absence, period_id = '2021' as is_whole,
        case period_id when '2021' then date '2021-12-31' else date '2022-11-30' end as covered_through
    from (values
        ('totaal', 'GM0396', '2021', 100), ('begeleiding', 'GM0396', '2021', 80), ('hulp', 'GM0396', '2021', 60),
        ('wonen', 'GM0396', '2021', null), ('vervoer', 'GM0396', '2021', null), ('totaal', 'WK039601', '2021', 55),
        ('totaal', 'onbekend', '2021', 45), ('totaal', 'GM0396', '2022', 90), ('begeleiding', 'GM0396', '2022', 70),
        ('hulp', 'GM0396', '2022', 50)
    ) as t (category, region_code, period_id, clients);
insert into marts.fct_care_cost by name
    select u.* exclude (absence, clients), c.cost, u.clients, round(c.cost / u.clients, 2) as cost_per_client,
        case when c.cost is null then 'suppressed' end as absence
    from marts.fct_care_use as u
    inner join (values
        ('totaal', 'GM0396', '2021', 1000), ('begeleiding', 'GM0396', '2021', 400), ('hulp', 'GM0396', '2021', 300),
        ('wonen', 'GM0396', '2021', null), ('vervoer', 'GM0396', '2021', null), ('totaal', 'WK039601', '2021', 550),
        ('totaal', 'GM0396', '2022', 900), ('begeleiding', 'GM0396', '2022', 500), ('hulp', 'GM0396', '2022', 400)
    ) as c (category, region_code, period_id, cost)
        on u.category = c.category and u.region_code = c.region_code and u.period_id = c.period_id;
insert into marts.fct_care_flow by name
    select *, 'wmo' as wet, 'GM0396' as region_code, '2021' as period_id, date '2021-12-31' as covered_through,
        true as is_whole, false as is_synthetic, '{LOCAL}' as snapshot_id
    from (values ('totaal', 50, 60, 10, 100, null), ('begeleiding', 30, null, null, 40, 'suppressed'))
        as t (category, standing_begin, inflow, outflow, standing_end, absence);
insert into marts.fct_care_stacking by name
    select *, 'wmo' as wet, '2021' as period_id, date '2021-12-31' as covered_through, true as is_whole,
        false as is_synthetic, '{LOCAL}' as snapshot_id
    from (values ('1', 60), ('2', 25), ('3+', 15)) as t (n_provisions, clients);
insert into marts.fct_care_outlook by name
    select *, 'wmo' as wet, 'Verloop van eerdere jaren' as method, false as is_synthetic, '{LOCAL}' as snapshot_id
    from (values
        ('2021', 1000, date '2021-12-31', 1000, null, null, 1100, -100),
        ('2022', 900, date '2022-11-30', 980, 950, 1000, null, null)
    ) as t (period_id, cost_to_date, covered_through, outlook, outlook_low, outlook_high, budget, difference);
insert into marts.fct_care_printed by name
    select *, 'wmo' as wet, 'totaal' as form, '2021' as period_id, 1 as printed_unit, 'Nieuwsbrief' as source,
        computed_value - printed_value as difference,
        abs(computed_value - printed_value) <= 0.5 as is_within_rounding, false as is_synthetic,
        '{LOCAL}' as snapshot_id
    from (values ('totaal', 'cost', 1000, 1000), ('wonen', 'cost', 200, null), ('totaal', 'clients', 100, 100))
        as t (category, measure, printed_value, computed_value);
insert into marts.fct_registration_count by name
    select *, 'totaal' as wet, '2021' as period_id, case when value is null then 'suppressed' end as absence,
        date '2021-12-31' as covered_through, true as is_whole, false as is_synthetic, '{LOCAL}' as snapshot_id
    from (values
        ('toekenning', 'grants', 'minimaregeling', 500, 'grants'), ('uitkering', 'ended', 'totaal', 100, 'persons'),
        ('uitkering', 'returned', 'totaal', 15, 'persons'), ('schuldhulp', 'solved', 'totaal', null, 'persons')
    ) as t (subject, measure, category, value, unit);
insert into marts.dim_registration_file by name
    select original_id, original_dataset_id as dataset_id, file_name, period_id,
        timestamp '2026-04-01 06:00:00' as received_at, rows_in,
        rows_loaded, rows_quarantined, state, superseded_by, is_synthetic, snapshot_id
    from raw.registration_file;
"""
