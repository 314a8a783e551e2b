{# The plans of the workspace: those of plans.csv, and those that only the objectives name. #}
with named as (
    select
        plan_id,
        min(row_number) as first_row,
        min_by(snapshot_id, row_number) as snapshot_id
    from {{ ref('stg_municipal__objective') }}
    where plan_id is not null
    group by plan_id
)

select
    coalesce(plan.plan_id, named.plan_id) as plan_id,
    coalesce(plan.title, named.plan_id) as title,
    plan.starts,
    plan.ends,
    plan.evaluation,
    plan.council_moments,
    plan.source,
    plan.remarks,
    coalesce(plan.snapshot_id, named.snapshot_id) as snapshot_id
from {{ ref('stg_municipal__plan') }} as plan
full outer join named on plan.plan_id = named.plan_id
order by plan.row_number nulls last, named.first_row
