"""Sound rows of the views for analysts, made of the sound marts, and a fault for every check of their suites."""

from __future__ import annotations

VIEW_ROWS = """
update marts.dim_indicator set bbv_number = 1 where indicator_id = 'bijstand_per_10000_inw';
insert into marts.v_bbv by name
    select indicator_id, i.bbv_number as bbv_nummer, region_code as gemeentecode, period_id as periode,
        value as waarde, v.value is not null and period_id = max(period_id) filter (where value is not null)
            over (partition by indicator_id, region_code) as is_nieuwste,
        v.is_synthetic as is_synthetisch
    from marts.fct_indicator_value as v
    join marts.dim_indicator as i using (indicator_id)
    where v.territory = 'as_published' and region_code like 'GM%' and i.bbv_number is not null;
insert into marts.v_doelen by name
    select objective_id as doel_id, plan_id, status as oordeel, probability as kans, false as is_beslispunt,
        false as is_te_laat, is_synthetic as is_synthetisch
    from marts.fct_objective_attainment where is_current;
insert into marts.v_wijken by name
    select 'inwoners' as indicator_id, 'WK039601' as wijkcode, 'GM0396' as gemeentecode, periode, waarde,
        waarde_gemeente, waarde - waarde_gemeente as verschil, '%' as eenheid, true as is_synthetisch
    from (values ('2023', 4.0, 3.5), ('2024', 4.5, null)) as t (periode, waarde, waarde_gemeente);
insert into marts.v_kosten by name
    select 'begroting' as soort, plan_id, programme as programma, budget_line as begrotingspost, opgave,
        period_id as periode, basis as grondslag, budget as begroot, actual as werkelijk, forecast as prognose,
        coalesce(actual, forecast) - budget as verschil, is_synthetic as is_synthetisch
    from marts.fct_budget;
insert into marts.v_kosten by name
    select 'wet' as soort, wet, period_id as periode, cost as werkelijk, users as clienten,
        is_synthetic as is_synthetisch
    from marts.fct_cost where category is null;
"""

VIEW_FAULTS: dict[str, dict[str, str]] = {
    "v_bbv": {
        "grain": "insert into {table} select * replace (false as is_nieuwste) from {table}",
        "every_official_figure": "update {table} set waarde = waarde + 1 where is_nieuwste",
        "one_newest_figure": (
            "insert into {table} select * replace ('1999' as periode) from {table} where is_nieuwste limit 1"
        ),
        "column=is_synthetisch": "update {table} set is_synthetisch = null",
    },
    "v_doelen": {
        "every_objective_once": "delete from {table} where doel_id = 'heemskerk-13'",
        "the_verdict_that_stands": "update {table} set oordeel = 'behaald'",
        "column=kans": "update {table} set kans = 40",
        "column=is_synthetisch": "update {table} set is_synthetisch = null",
    },
    "v_wijken": {
        "grain": "insert into {table} from {table}",
        "wijken_of_one_gemeente": "update {table} set gemeentecode = 'GM0453' where periode = '2024'",
        "difference_with_the_gemeente": "update {table} set verschil = -verschil",
        "column=is_synthetisch": "update {table} set is_synthetisch = null",
    },
    "v_kosten": {
        "grain": "insert into {table} from {table} where soort = 'wet'",
        "every_line_of_the_budget": "delete from {table} where soort = 'begroting' and verschil is null",
        "difference_with_the_budget": "update {table} set verschil = -verschil",
        "column=is_synthetisch": "update {table} set is_synthetisch = null",
    },
}

FURTHER_VIEW_FAULTS: list[tuple[str, str, str]] = [
    ("v_bbv", "every_official_figure", "delete from {table}"),
    ("v_doelen", "every_objective_once", "insert into {table} from {table}"),
    ("v_wijken", "wijken_of_one_gemeente", "update {table} set wijkcode = 'BU03960101' where periode = '2024'"),
    ("v_wijken", "difference_with_the_gemeente", "update {table} set verschil = 1 where waarde_gemeente is null"),
    (
        "v_wijken",
        "difference_with_the_gemeente",
        "update {table} set verschil = null where waarde_gemeente is not null",
    ),
    ("v_kosten", "every_line_of_the_budget", "update {table} set begroot = 0 where begroot = 300000"),
]
"""Suite, check and SQL: more ways in which a check can be wronged."""
