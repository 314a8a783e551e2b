{{ config(meta={"dagster": {"ref": {"name": "fct_objective_attainment"}}}) }}
-- The page shows one verdict per objective. None means that an objective fell silent, two that a reader cannot choose.
-- Returns the objectives of the workspace, in force on the day of the run, without exactly one current row.
select
    objective.objective_id,
    count(attainment.objective_id) as n_current
from {{ ref('int_objective') }} as objective
left join {{ ref('fct_objective_attainment') }} as attainment
    on
        objective.objective_id = attainment.objective_id
        and attainment.is_current
where objective.is_current
group by objective.objective_id
having count(attainment.objective_id) != 1
