"""Sound rows of what surrounds the municipality's plan: its files as they came in, and the tables made of them.

All of it is made up. Rows of sources, regions, indicators and their figures are in `figure_rows.py`.
"""

from __future__ import annotations

from tests.unit.gate.figure_rows import LOCAL

SHAPE = '{"type": "Polygon", "coordinates": [[[105000, 502000], [106000, 502000], [106000, 503000], [105000, 502000]]]}'

RAW_PLAN_ROWS = f"""
insert into raw.objective by name
    select *, 'municipal' as source_id, 'objectives' as dataset_id, '{LOCAL}' as snapshot_id, 'heemskerk' as plan_id
    from (values
        (1, 'heemskerk-01', 'Gezond leven', 'Meer inwoners bewegen', 'beweegrichtlijn_pct', 'level', 'up', '56,0', '60',
            '2024-01-01'),
        (2, 'heemskerk-13', 'Rondkomen', 'Minder inwoners met schulden', null, null, null, null, null, '2024-01-01'),
        (3, 'heemskerk-13', 'Rondkomen', 'Niet meer inwoners met schulden', 'bijstand_per_10000_inw',
            'not_above_baseline', 'down', null, null, '2025-01-01')
    ) as t (row_number, objective_id, opgave, title, indicator_id, kind, direction, baseline_value, target_value,
        valid_from);
insert into raw.plan by name
    select '{LOCAL}' as snapshot_id, 1 as row_number, 'heemskerk' as plan_id, 'Plan sociaal domein' as title;
insert into raw.opgave by name
    select '{LOCAL}' as snapshot_id, 1 as row_number, 'heemskerk' as plan_id, 'Gezond leven' as opgave,
        'beweegrichtlijn_pct' as indicators;
insert into raw.plan_indicator by name
    select '{LOCAL}' as snapshot_id, i as row_number, 'heemskerk' as plan_id, 'sport_' || i as indicator_id,
        'Sporten' as name_nl, case i when 1 then 'up' end as direction
    from range(1, 3) as t (i);
insert into raw.action by name
    select '{LOCAL}' as snapshot_id, 1 as row_number, 'heemskerk' as plan_id, 'Beweegroute langs de duinrand' as action,
        'loopt' as state, '12500,50' as cost, 'ja' as is_synthetic
    union all by name select '{LOCAL}' as snapshot_id, 2 as row_number, 'Spreekuur geldzaken' as action;
insert into raw.agenda by name
    select '{LOCAL}' as snapshot_id, i as row_number, 'heemskerk' as plan_id, 'Voortgang van het plan' as subject,
        case i when 1 then '2026-06-18' end as date, case i when 2 then '2026-Q4' end as period
    from range(1, 3) as t (i);
insert into raw.choice by name
    select '{LOCAL}' as snapshot_id, 1 as row_number, 'heemskerk' as plan_id, 'Sport' as programme,
        'Zwembad langer open' as choice, 'ja' as is_synthetic;
insert into raw.risk by name
    select '{LOCAL}' as snapshot_id, 1 as row_number, 'heemskerk' as plan_id,
        'Huisartsen nemen geen patiënten aan' as risk;
insert into raw.budget by name
    select *, '{LOCAL}' as snapshot_id, 'heemskerk' as plan_id, 'Sociaal domein' as programme, '2024' as year,
        'bruto' as basis, 'ja' as is_synthetic
    from (values (1, 'Sport', 'Gezond leven', '100000', '90000,50'), (2, 'Minimabeleid', 'Rondkomen', '300000', null))
        as t (row_number, budget_line, opgave, budget, actual)
    union all by name
    select '{LOCAL}' as snapshot_id, 3 as row_number, 'heemskerk' as plan_id, '2024' as year, 'netto' as basis,
        '80000' as actual;
insert into raw.cost by name
    select *, '{LOCAL}' as snapshot_id, 'Wmo' as wet, 'ja' as is_synthetic
    from (values
        (1, null, '2019', '500', '1500000'), (2, 'hulp', '2019', '300', '600000'),
        (3, 'begeleiding', '2019', '250', '900000'), (4, null, '2020', '550', '1700000'),
        (5, 'hulp', '2020', '340', '680000'), (6, 'begeleiding', '2020', '260', '1020000,00')
    ) as t (row_number, category, year, users, cost)
    union all by name
    select '{LOCAL}' as snapshot_id, 7 as row_number, 'Jeugdwet' as wet, '2020' as year, '2100000' as cost;
insert into raw.narrative by name
    select '{LOCAL}' as snapshot_id, i as row_number, 'heemskerk-01' as objective_id, '2026-04' as edition,
        'beleidsadviseur' as author_role, section, 'Verzonnen.' as text, 'ja' as is_synthetic
    from (values (1, 'cause'), (2, 'measures'), (3, 'risks'), (4, 'outlook')) as t (i, section);
insert into raw.maatregel by name
    select *, '{LOCAL}' as snapshot_id, 'heemskerk-01' as objective_id, '2026-04' as edition, 'ja' as is_synthetic
    from (values (1, 'Extra beweegcoach', '1,5', '2025', '40000'), (2, 'Fietslessen', null, null, null))
        as t (row_number, maatregel, expected_effect, effect_period, cost);
insert into raw.region_shape by name
    select '{LOCAL}' as snapshot_id, 1 as row_number, 'WK039601' as region_code, '{SHAPE}' as geometry,
        'EPSG:28992' as crs, 'ja' as is_synthetic;
"""

PLAN_ROWS = f"""
insert into intermediate.int_objective values
    ('heemskerk-01', 1, 'heemskerk', 'Gezond leven'), ('heemskerk-13', 1, 'heemskerk', 'Rondkomen'),
    ('heemskerk-13', 2, 'heemskerk', 'Rondkomen');
insert into marts.dim_objective by name
    select *, 'heemskerk' as plan_id, '{LOCAL}' as snapshot_id
    from (values
        ('heemskerk-01', 1, 'Gezond leven', 'Meer inwoners bewegen', 'level', date '2024-01-01', null, true),
        ('heemskerk-13', 1, 'Rondkomen', 'Minder inwoners met schulden', null, '2024-01-01', date '2024-12-31', false),
        ('heemskerk-13', 2, 'Rondkomen', 'Niet meer inwoners met schulden', 'not_above_baseline', '2025-01-01', null,
            true)
    ) as t (objective_id, version, opgave, title, kind, valid_from, valid_to, is_current);
insert into marts.fct_objective_attainment values
    ('heemskerk-01', 1, 'heemskerk', 'GM0396', '2024', 'beweegrichtlijn_pct', 'level', 56, '2020', 60, '2027', 58, 58.3,
        0.5, 0.875, 'achter op schema', 0.4, '2028-12-31', false, true, false, '{LOCAL}'),
    ('heemskerk-01', 1, 'heemskerk', 'GM0396', '2020', 'beweegrichtlijn_pct', 'level', 56, '2020', 60, '2027', 56, 56,
        0, null, 'geen nieuwe meting', null, '2024-12-31', false, false, false, '{LOCAL}'),
    ('heemskerk-13', 2, 'heemskerk', 'GM0396', null, null, 'not_above_baseline', null, null, null, null, null, null,
        null, null, 'geen nulmeting', null, '2025-12-31', true, true, false, null);
insert into marts.fct_objective_outlook by name
    select 'heemskerk-01' as objective_id, 1 as version, 'heemskerk' as plan_id, 'GM0396' as region_code,
        'beweegrichtlijn_pct' as indicator_id, 5 as n_points, '2020' as window_start, '2024' as window_end,
        'up' as trend, 0.5 as slope, 0.0167 as p_value, 2.0 as change, true as change_is_real,
        '2025' as outlook_period_id, 58.5 as outlook_value, 57.2 as outlook_low, 59.8 as outlook_high,
        '2027' as target_period_id, 59.5 as target_outlook_value, 57.5 as target_outlook_low,
        61.5 as target_outlook_high, 0.4 as probability, 1.5 as measures_effect, 60.0 as outlook_with_measures,
        61.0 as target_outlook_with_measures, 40000 as measures_cost, true as misses_target, true as is_beslispunt,
        true as is_synthetic
    union all by name
    select 'heemskerk-13' as objective_id, 2 as version, 'heemskerk' as plan_id, 'GM0396' as region_code,
        0 as n_points, 'too_few_points' as trend, false as is_beslispunt, false as is_synthetic;

insert into marts.dim_plan by name
    select 'heemskerk' as plan_id, 'Plan sociaal domein' as title, '{LOCAL}' as snapshot_id;
insert into marts.dim_opgave by name
    select 'heemskerk' as plan_id, opgave, opgave_order, '{LOCAL}' as snapshot_id
    from (values ('Gezond leven', 1), ('Rondkomen', 2)) as t (opgave, opgave_order);
insert into marts.dim_opgave_indicator values
    ('heemskerk', 'Gezond leven', 'beweegrichtlijn_pct', 1, '{LOCAL}');
insert into marts.dim_indicator by name
    select 'sport_' || i as indicator_id, 'Sporten' as name_nl, '%' as unit, 100 as rate_base, 'up' as direction
    from range(1, 3) as t (i);
insert into marts.dim_plan_indicator by name
    select 'heemskerk' as plan_id, 'sport_' || i as indicator_id, 'Sporten' as name_nl, '{LOCAL}' as snapshot_id,
        case i when 1 then 'Gezond leven' end as opgave
    from range(1, 3) as t (i);
insert into marts.dim_action by name
    select 'heemskerk-a01' as action_id, 'heemskerk' as plan_id, 'Gezond leven' as opgave,
        'Beweegroute langs de duinrand' as action, true as is_synthetic, '{LOCAL}' as snapshot_id
    union all select 'workspace-a02', null, 'Rondkomen', 'Spreekuur geldzaken', true, '{LOCAL}';
insert into marts.dim_action_indicator values
    ('heemskerk-a01', 'beweegrichtlijn_pct'), ('heemskerk-a01', 'sport_1');
insert into marts.dim_agenda by name
    select 'heemskerk' as plan_id, opgave, moment_start, moment_text, 'Voortgang van het plan' as subject,
        '{LOCAL}' as snapshot_id
    from (values ('Gezond leven', date '2026-06-18', '2026-06-18'), (null, date '2026-10-01', '2026-Q4'))
        as t (opgave, moment_start, moment_text);
insert into marts.dim_choice by name
    select 'heemskerk' as plan_id, 'Sport' as programme, 'Zwembad langer open' as choice, true as is_synthetic,
        '{LOCAL}' as snapshot_id;
insert into marts.dim_risk by name
    select 'heemskerk' as plan_id, 'Gezond leven' as opgave, 'Huisartsen nemen geen patiënten aan' as risk,
        '{LOCAL}' as snapshot_id;
insert into marts.dim_narrative by name
    select 'heemskerk-01' as objective_id, '2026-04' as edition, 'beleidsadviseur' as author_role, section,
        section_order, 'Verzonnen.' as text, true as is_synthetic, '{LOCAL}' as snapshot_id
    from (values ('cause', 1), ('measures', 2)) as t (section, section_order);
insert into marts.dim_maatregel values
    ('heemskerk-01', '2026-04', 1, 'Extra beweegcoach', 1.5, '2025', 40000, true, '{LOCAL}'),
    ('heemskerk-01', '2026-04', 2, 'Fietslessen', null, null, null, true, '{LOCAL}');
insert into marts.dim_region_shape values
    ('WK039601', 'Wijk 1', '{SHAPE}', 'EPSG:28992', true, '{LOCAL}');
insert into marts.fct_budget by name
    select *, 'heemskerk' as plan_id, 'Sociaal domein' as programme, '2024' as period_id, 'bruto' as basis,
        400000 as plan_budget, true as is_synthetic, '{LOCAL}' as snapshot_id
    from (values ('Sport', 'Gezond leven', 100000, 90000.50, 0.25), ('Minimabeleid', 'Rondkomen', 300000, null, 0.75))
        as t (budget_line, opgave, budget, actual, share_of_budget)
    union all by name
    select 'heemskerk' as plan_id, '2024' as period_id, 'netto' as basis, 80000 as actual, true as is_synthetic,
        '{LOCAL}' as snapshot_id;
insert into marts.fct_cost by name
    select *, 'Wmo' as wet, true as is_synthetic, '{LOCAL}' as snapshot_id
    from (values
        (null, '2019', 500, 1500000, 3000.00), ('hulp', '2019', 300, 600000, 2000.00),
        ('begeleiding', '2019', 250, 900000, 3600.00), (null, '2020', 550, 1700000, 3090.91),
        ('hulp', '2020', 340, 680000, 2000.00), ('begeleiding', '2020', 260, 1020000, 3923.08)
    ) as t (category, period_id, users, cost, cost_per_user)
    union all by name
    select 'Jeugdwet' as wet, '2020' as period_id, 2100000 as cost, true as is_synthetic, '{LOCAL}' as snapshot_id;
insert into marts.fct_cost_change by name
    select 'Wmo' as wet, '2020' as period_id, '2019' as previous_period_id, 1500000 as cost_before,
        1700000 as cost_after, 200000 as change, 152346.15 as users_effect, 82458.04 as price_effect,
        -34804.19 as mix_effect, 0 as unsplit_effect, true as is_synthetic;
"""
