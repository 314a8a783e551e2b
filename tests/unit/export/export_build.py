"""A build database with something for every sheet and every part of a chapter: made by hand, for tests of the exports.

Real: what `page_build` holds of Heemskerk's plan. Everything that is added here is made up, and only marked so where a
test needs it marked.
"""

from __future__ import annotations

from pathlib import Path

from tests.unit.site.page_build import DOELEN, NOT_MEASURABLE, make_build

OPGAVE = "Vitaal en weerbaar"
HOSTILE = '=HYPERLINK("http://example.invalid";"klik")'

PLAN_ROWS = f"""
insert into marts.dim_plan (plan_id, title) values ('heemskerk', 'Beleidsplan Sociaal domein 2024 ev');
insert into marts.dim_opgave (plan_id, opgave, opgave_order, ambition)
    select plan_id, opgave, min(opgave_order),
        case when opgave = '{OPGAVE}' then 'Iedereen in Heemskerk kan meedoen en blijft gezond.' end
    from marts.dim_objective group by plan_id, opgave;
insert into marts.dim_opgave_indicator (plan_id, opgave, indicator_id, place) values
    ('heemskerk', '{OPGAVE}', 'wmo_clients_per_10000', 1), ('heemskerk', '{OPGAVE}', 'niet_sporters_pct', 2);
update marts.dim_region set parent_code = 'GM0396' where region_type = 'wijk';
insert into marts.dim_action
    (action_id, plan_id, opgave, action, state, starts, ends, expected_effect, cost, is_synthetic) values
    ('heemskerk-a01', 'heemskerk', '{OPGAVE}', 'Beweegteam op scholen', 'loopt', '2024', '2026', 'meer beweging',
        40000, true),
    ('heemskerk-a02', 'heemskerk', '{OPGAVE}', '{HOSTILE}', null, null, null, null, null, false);
insert into marts.dim_action_indicator values ('heemskerk-a01', 'wmo_clients_per_10000');
insert into marts.dim_agenda (plan_id, opgave, moment_start, moment_text, subject, body) values
    ('heemskerk', '{OPGAVE}', '2025-10-02', '2025-10-02', 'Najaarsmonitor', 'raad'),
    ('heemskerk', null, '2027-01-01', '2027', 'Evaluatie van het plan', null);
insert into marts.dim_choice (plan_id, programme, choice, effect_financial, is_synthetic) values
    ('heemskerk', 'Sport', 'Meer zwemles', 'kost meer', true);
insert into marts.dim_risk (plan_id, opgave, risk) values ('heemskerk', '{OPGAVE}', 'Een nieuwe epidemie');
insert into marts.dim_narrative
    (objective_id, edition, author_role, section, section_order, text, is_synthetic) values
    ('heemskerk-01', '2024-10', 'adviseur', 'cause', 1, 'Oude tekst.', true),
    ('heemskerk-01', '2025-04', 'adviseur', 'cause', 1, 'Minder mensen **sporten** sinds corona.', true),
    ('heemskerk-01', '2025-04', 'adviseur', 'measures', 2, 'Wij doen dit:\n\n- meer *lessen*\n- meer velden', true),
    ('heemskerk-01', '2026-04', 'adviseur', 'cause', 1, 'Tekst van later.', true);
insert into marts.dim_maatregel values
    ('heemskerk-01', '2025-04', 1, 'Extra beweegcoach', 1.5, '2026', 40000, true, 's'),
    ('heemskerk-01', '2026-04', 1, 'Nog een coach', 1.5, '2027', 50000, true, 's');
insert into marts.fct_budget (plan_id, programme, budget_line, opgave, period_id, basis, budget, actual, forecast,
    plan_budget, share_of_budget, is_synthetic) values
    ('heemskerk', 'Sport', 'Sportsubsidies', '{OPGAVE}', '2024', 'bruto', 250000, 260000, null, 1000000, 0.25, true),
    ('heemskerk', 'Sport', 'Sportsubsidies', '{OPGAVE}', '2025', 'bruto', 275000, null, 270000, 1100000, 0.25, true);
insert into marts.fct_cost values
    ('Wmo', null, '2019', 1553, 5496000, 3538.96, false, 'rapport', 's'),
    ('Wmo', 'Begeleiding', '2019', 380, 2720000, 7157.89, false, 'rapport', 's');
insert into marts.fct_cost_change values
    ('Wmo', '2020', '2019', 5496000, 5569000, 73000, 109000, -50000.5, 14000.5, 0, '2020-01-01', 'abonnementstarief',
        false);
insert into marts.fct_objective_outlook (objective_id, version, plan_id, region_code, n_points, window_start,
    window_end, trend, outlook_period_id,
    outlook_value, outlook_low, outlook_high, probability, measures_effect, measures_cost, is_beslispunt) values
    ('heemskerk-01', 1, 'heemskerk', 'GM0396', 6, '2015', '2020', 'up', '2026', 57.2, 55.1, 59.3, 0.4, 1.5, 40000,
        true);
comment on table marts.fct_budget is 'Budget, actual and forecast. One row per budget line and year.';
"""


def make_export_build(path: Path, sql: str = "") -> Path:
    """Write the database of one build; `sql` is run afterwards."""
    return make_build(path, doelen=[*DOELEN, NOT_MEASURABLE], sql=PLAN_ROWS + sql)
