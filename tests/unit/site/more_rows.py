"""Rows that only some pages read, on top of those of `page_build.py`: money, wijken with shapes, more.

Real: the budget lines of Heerenveen for 2019 and the Wmo costs of Borger-Odoorn for 2019 and 2020, as their documents
print them, here under the plan of the tests. Made up: everything else.
"""

from __future__ import annotations

import json

from tests.unit.site.page_build import GEMEENTE

SQUARES = {"WK039601": (0, 0), "WK039602": (1_000, 0), "WK039603": (0, 1_000)}
"""Corner of each made-up wijk, in metres; all are a square kilometre."""
_X, _Y = 105_000, 500_000
BUDGET = {
    "Uitkeringen": 19_700_000,
    "Jeugdhulp natura": 11_700_000,
    "Wmo voorzieningen": 10_400_000,
    "Sociale werkvoorziening": 9_200_000,
}
PLAN_BUDGET = sum(BUDGET.values())


def square(left: float, low: float, side: float = 1_000) -> str:
    """A square as GeoJSON."""
    ring = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
    return json.dumps({"type": "Polygon", "coordinates": [[[_X + left + x, _Y + low + y] for x, y in ring]]})


SHAPES = "".join(
    f"insert into marts.dim_region_shape values ('{code}', null, '{square(*corner)}', 'EPSG:28992', true, 's');\n"
    for code, corner in SQUARES.items()
)

WIJKEN = f"""
update marts.dim_region set parent_code = '{GEMEENTE}' where region_type = 'wijk';
insert into marts.fct_indicator_value (indicator_id, region_code, period_id, territory, value, absence, value_status,
    is_derived, is_synthetic) values
    ('bijstand_per_10000_inw', 'WK039601', '2020', 'as_published', 310.2, null, 'provisional', false, false),
    ('bijstand_per_10000_inw', 'WK039602', '2020', 'as_published', 120.5, null, null, false, true),
    ('bijstand_per_10000_inw', 'WK039603', '2020', 'as_published', null, 'suppressed', null, false, false),
    ('bijstand_per_10000_inw', 'WK039601', '2019', 'as_published', 300.0, null, null, false, false),
    ('wmo_clients_per_10000', 'WK039601', '2020', 'as_published', null, 'unknown', null, false, false);
"""

MONEY = (
    "insert into marts.dim_plan (plan_id, title) values ('heemskerk', 'Beleidsplan Sociaal domein');\n"
    + "".join(
        "insert into marts.fct_budget (plan_id, budget_line, period_id, basis, budget, actual, plan_budget,"
        f" share_of_budget, is_synthetic, source) values ('heemskerk', '{name}', '2019', 'bruto', {amount},"
        f" {amount + 100_000 if name == 'Uitkeringen' else 'null'}, {PLAN_BUDGET}, {amount / PLAN_BUDGET}, false,"
        " 'Begroting 2019');\n"
        for name, amount in BUDGET.items()
    )
    + """
insert into marts.fct_budget (plan_id, budget_line, period_id, basis, budget, plan_budget, share_of_budget,
    is_synthetic, source) values ('heemskerk', 'Sociaal domein', '2019', 'netto', 45100000, 45100000, 1, true, 'Brief');
insert into marts.fct_cost (wet, category, period_id, users, cost, cost_per_user, is_synthetic, source) values
    ('Wmo', null, '2019', 1553, 5496000, 3538.96, false, 'Nieuwsbrief'),
    ('Wmo', null, '2020', 1584, 5569000, 3515.78, false, 'Nieuwsbrief'),
    ('Wmo', 'Begeleiding', '2019', 380, 2720000, 7157.89, false, 'Nieuwsbrief'),
    ('Wmo', 'Begeleiding', '2020', 362, 2286000, 6314.92, false, 'Nieuwsbrief'),
    ('Wmo', 'Crisis', '2020', null, 111453, null, false, 'Nieuwsbrief');
insert into marts.fct_cost_change (wet, period_id, previous_period_id, cost_before, cost_after, change, users_effect,
    price_effect, mix_effect, unsplit_effect, break_date, break_reason, is_synthetic) values
    ('Wmo', '2020', '2019', 5496000, 5569000, 73000, 109600.25, -210000, 61946.75, 111453, '2020-01-01',
        'Abonnementstarief', false);
"""
)

PLAN_INDICATORS = """
insert into marts.dim_plan_indicator (plan_id, indicator_id, indicator_group, group_order, place, name_nl,
    definition_nl, unit, decimals, direction, rhythm, source, remarks) values
    ('heemskerk', 'bijstand_per_10000_inw', 'Werk en inkomen', 1, 1, 'Inwoners met bijstand', 'Per 10.000 inwoners.',
        'per 10.000 inwoners', 1, 'down', 'yearly', 'CBS', null),
    ('heemskerk', 'loonkostensubsidie_inwoners', 'Werk en inkomen', 1, 2, 'Werkt met loonkostensubsidie', null,
        'inwoners', 0, 'up', null, null, null),
    ('heemskerk', 'cliententevredenheid', 'Zorg', 2, 1, 'Tevreden cliënten', null, '%', 0, 'up', 'yearly', null, null),
    ('heemskerk', 'heemskerk-i1', 'Zorg', 2, 2, 'Indicator 1', null, null, null, null, null, null, 'Alleen een nummer');
"""

QUARANTINE = """
insert into marts.dim_dataset (source_id, dataset_id, title) values ('cbs', 'kwb_2020', 'Kerncijfers 2020'),
    ('cbs', 'kwb_2021', 'Kerncijfers 2021');
insert into marts.audit_dataset (source_id, dataset_id, snapshot_id, trouble, trouble_since) values
    ('cbs', 'kwb_2020', 'x', 'unreachable', '2025-04-01 10:00:00'), ('cbs', 'kwb_2021', null, null, null);
insert into marts.audit_quarantine values ('cbs', 'kwb_2020', 'x', 'Er staat geen cijfer', 1200);
"""

ALL = SHAPES + WIJKEN + MONEY + PLAN_INDICATORS + QUARANTINE
