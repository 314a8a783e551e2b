{# Every objective in its current version, with the verdict that stands and where it is going. #}
select
    verdict.objective_id as doel_id,
    objective.plan_id,
    plan.title as plan,
    objective.opgave,
    objective.title as doel,
    objective.result_area as resultaatgebied,
    {{ kind_in_dutch('objective.kind') }} as soort,
    objective.indicator_id,
    indicator.name_nl as indicator,
    objective.unit as eenheid,
    verdict.baseline_value as nulmeting,
    verdict.baseline_period_id as nulmeting_periode,
    verdict.target_value as streefwaarde,
    verdict.target_period_id as streefwaarde_periode,
    verdict.current_value as actueel,
    verdict.period_id as actueel_periode,
    verdict.expected_value as verwacht,
    verdict.status as oordeel,
    outlook.target_outlook_value as vooruitzicht,
    outlook.target_outlook_low as vooruitzicht_laag,
    outlook.target_outlook_high as vooruitzicht_hoog,
    verdict.probability as kans,
    coalesce(outlook.is_beslispunt, false) as is_beslispunt,
    objective.owner as eigenaar,
    objective.instrument as meetinstrument,
    objective.programme as programma,
    verdict.next_measurement_due as volgende_meting,
    coalesce(verdict.is_overdue, false) as is_te_laat,
    objective.source as bron,
    verdict.is_synthetic or coalesce(outlook.is_synthetic, false) as is_synthetisch
from {{ ref('fct_objective_attainment') }} as verdict
inner join {{ ref('dim_objective') }} as objective
    on
        verdict.objective_id = objective.objective_id
        and verdict.version = objective.version
left join {{ ref('dim_plan') }} as plan on objective.plan_id = plan.plan_id
left join {{ ref('dim_indicator') }} as indicator on objective.indicator_id = indicator.indicator_id
left join {{ ref('fct_objective_outlook') }} as outlook
    on
        verdict.objective_id = outlook.objective_id
        and verdict.region_code = outlook.region_code
where verdict.is_current
order by verdict.objective_id
