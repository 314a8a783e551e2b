{#
    Budget, actual and forecast of every line, and the share of its budget in that of the plan. A plan's budget is
    added up per period and per basis: gross and net euros are never added to each other.
#}
with totalled as (
    select
        *,
        sum(budget) over of_plan as plan_budget,
        -- a share rests on every line of the total
        bool_or(is_synthetic) over of_plan as any_synthetic
    from {{ ref('stg_municipal__budget') }}
    window of_plan as (partition by plan_id, period_id, basis)
)

select
    plan_id,
    programme,
    budget_line,
    opgave,
    period_id,
    basis,
    budget,
    actual,
    forecast,
    cast(plan_budget as decimal(18, 2)) as plan_budget,
    cast(budget as double) / nullif(cast(plan_budget as double), 0) as share_of_budget,
    any_synthetic as is_synthetic,
    source,
    snapshot_id
from totalled
order by row_number
