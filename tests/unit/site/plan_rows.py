"""Rows that the pages of opgaven, objectives and the register read, on top of those of `page_build.py`.

Made up for the tests, all of it, and marked so where the table can say so; a few rows are not marked, because the pages
must show unmarked rows too.
"""

from __future__ import annotations

from tests.unit.site.page_build import GEMEENTE

RETURNED = {2018: 19.0, 2019: 18.4, 2020: 18.1, 2021: 17.2, 2022: 16.6}
"""Earlier figures of heemskerk-21, which make it a series of seven."""

PLAN = """
delete from marts.dim_plan;
insert into marts.dim_plan values ('heemskerk', 'Beleidsplan Sociaal domein', '2024', '2029', '2027',
    'april en oktober', 'Beleidsplan Sociaal domein 2024 ev', null, null);
insert into marts.dim_opgave (plan_id, opgave, opgave_order, ambition, source) values
    ('heemskerk', 'Vitaal en weerbaar', 1, 'Iedereen kan bewegen en meedoen.', 'Beleidsplan, bladzijde 8'),
    ('heemskerk', 'Zorg en wonen', 2, null, null),
    ('heemskerk', 'Opgroeien en zelfontplooiing', 3, 'Kinderen groeien veilig op.', null),
    ('heemskerk', 'Financieel fit', 4, 'Rondkomen zonder schulden.', null),
    ('heemskerk', 'Ontmoeten en omzien naar elkaar', 5, null, null),
    ('heemskerk', 'Nog zonder doelen', 6, null, null);
insert into marts.dim_opgave_indicator (plan_id, opgave, indicator_id, place) values
    ('heemskerk', 'Vitaal en weerbaar', 'niet_sporters_pct', 1),
    ('heemskerk', 'Financieel fit', 'bijstand_per_10000_inw', 1),
    ('heemskerk', 'Financieel fit', 'jeugdhulp_pct', 2);
insert into marts.dim_action (action_id, plan_id, opgave, programme, action, state, starts, ends, expected_effect, cost,
    source, is_synthetic) values
    ('heemskerk-a01', 'heemskerk', 'Financieel fit', 'Werk', 'Extra jobcoach', 'loopt', '2024', '2026',
        'Minder terugval', 40000, 'Uitvoeringsprogramma', true),
    ('heemskerk-a02', 'heemskerk', 'Financieel fit', null, 'Spreekuur in de bibliotheek', null, null, null, null, null,
        null, false),
    ('heemskerk-a03', 'heemskerk', 'Vitaal en weerbaar', 'Sport', 'Beweegteam', 'gepland', '2025-H2', null, null, null,
        null, false);
insert into marts.dim_action_indicator values ('heemskerk-a01', 'terugkeer_bijstand_pct'),
    ('heemskerk-a01', 'loonkostensubsidie_inwoners'), ('heemskerk-a03', 'beweegrichtlijn_pct');
insert into marts.dim_agenda (plan_id, opgave, moment_start, moment_text, subject, body, source) values
    ('heemskerk', 'Financieel fit', '2025-02-01', '2025-02-01', 'Vorige nota minima', 'raad', null),
    ('heemskerk', 'Financieel fit', '2025-10-09', '2025-10-09', 'Verordening minimabeleid', 'raad', null),
    ('heemskerk', null, '2027-01-01', '2027', 'Evaluatie van het plan', null, null);
insert into marts.dim_choice values ('heemskerk', 'Werk', 'Meer begeleiding bij de start', 'duurder', null,
    'minder terugval', 'Kadernota', true, null);
insert into marts.dim_risk (plan_id, opgave, risk, source) values
    ('heemskerk', 'Financieel fit', 'De prijzen stijgen', 'Beleidsplan'),
    ('heemskerk', null, 'Het Rijk verandert de verdeling', null);
insert into marts.fct_budget (plan_id, programme, budget_line, opgave, period_id, basis, budget, actual, forecast,
    plan_budget, share_of_budget, is_synthetic, source) values
    ('heemskerk', 'Werk', 'Begeleiding', 'Financieel fit', '2025', 'bruto', 1200000, 600000, 1250000, 4000000, 0.3,
        true, 'Begroting'),
    ('heemskerk', 'Werk', 'Minimabeleid', 'Financieel fit', '2025', 'bruto', 400000, null, 390000, 4000000, 0.1, true,
        'Begroting');
"""

SERIES = (
    f"""
insert into marts.fct_indicator_value (indicator_id, region_code, period_id, territory, value, is_derived, is_synthetic,
    snapshot_id) values
    {
        ", ".join(
            f"('terugkeer_bijstand_pct', '{GEMEENTE}', '{y}', 'as_published', {v}, true, true, '{'c' * 64}')"
            for y, v in RETURNED.items()
        )
    };
"""
    + f"""
insert into marts.dim_indicator (indicator_id, name_nl, definition_nl, unit, rate_base, decimals, direction) values
    ('terugkeer_bijstand_pct', 'Terugkeer in de bijstand', 'Wie binnen een jaar weer bijstand krijgt.', '%', 100, 0,
        'down');
update marts.fct_indicator_value set numerator = 24, denominator = 160, rate_published = null, rate_computed = 15,
    denominator_snapshot_id = '{"b" * 64}'
    where indicator_id = 'terugkeer_bijstand_pct' and period_id = '2024';
update marts.audit_snapshot set file_path = 'snapshots/municipal/suite4sd/' || snapshot_id || '.csv'
    where dataset_id = 'suite4sd';
insert into marts.fct_objective_outlook (objective_id, version, plan_id, region_code, indicator_id, n_points,
    window_start, window_end, trend, slope, p_value, change, change_from_period_id, change_to_period_id, change_is_real,
    outlook_period_id, outlook_value, outlook_low, outlook_high, target_period_id, target_outlook_value,
    target_outlook_low, target_outlook_high, probability, measures_effect, outlook_with_measures,
    target_outlook_with_measures, measures_cost, misses_target, is_beslispunt, is_synthetic) values
    ('heemskerk-21', 2, 'heemskerk', '{GEMEENTE}', 'terugkeer_bijstand_pct', 7, '2018', '2024', 'down', -0.64, 0.003,
        -1, '2023', '2024', null, '2025', 14.6, 13.9, 15.3, '2027', 13.3, 12.4, 14.2, 0.02, -1.5, 14.1, 11.8, 40000,
        true, true, true),
    ('heemskerk-04', 1, 'heemskerk', '{GEMEENTE}', 'overgewicht_pct', 2, '2020', '2024', 'too_few_points', null, null,
        1.3, '2020', '2024', false, null, null, null, null, '2027', null, null, null, null, null, null, null, null,
        false, false, false);
update marts.dim_objective set version = 2, valid_from = '2025-01-01' where objective_id = 'heemskerk-21';
update marts.fct_objective_attainment set version = 2 where objective_id = 'heemskerk-21';
insert into marts.dim_objective by name
    select * replace (1 as version, 12 as target_rule, 12 as target_value, date '2024-07-01' as valid_from,
        false as is_current, 'Sociale Zaken' as owner)
    from marts.dim_objective where objective_id = 'heemskerk-21';
insert into marts.fct_break values ('terugkeer_bijstand_pct', null, '2021-01-01', 'De bron telt anders.', 'Test');
"""
)

TELLING = """
insert into marts.dim_narrative values
    ('heemskerk-21', '2025-04', 'beleidsadviseur participatie', 'cause', 1,
        'De **banen** zijn vaak tijdelijk.\n\n# Waarom\n\n- kort contract\n- geen begeleiding', true, null),
    ('heemskerk-21', '2025-04', 'beleidsadviseur participatie', 'measures', 2, 'Wij begeleiden langer.', true, null),
    ('heemskerk-21', '2025-04', 'beleidsadviseur participatie', 'outlook', 4, 'Wij verwachten een daling.', true, null);
insert into marts.dim_maatregel values
    ('heemskerk-21', '2025-04', 1, 'Extra jobcoach', -1.5, '2027', 40000, true, null),
    ('heemskerk-21', '2025-04', 2, 'Nazorg na een jaar', null, null, null, true, null);
"""

ALL = PLAN + SERIES + TELLING
