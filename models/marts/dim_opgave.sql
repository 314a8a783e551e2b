{# The opgaven of every plan, in the order in which its objectives name them; then those that only opgaven.csv names. #}
with of_objectives as (
    select
        plan_id,
        opgave,
        min(row_number) as first_row,
        min_by(snapshot_id, row_number) as snapshot_id
    from {{ ref('stg_municipal__objective') }}
    where opgave is not null
    group by plan_id, opgave
)

select
    coalesce(of_objectives.plan_id, told.plan_id) as plan_id,
    coalesce(of_objectives.opgave, told.opgave) as opgave,
    cast(row_number() over (
        partition by coalesce(of_objectives.plan_id, told.plan_id)
        order by of_objectives.first_row asc nulls last, told.row_number asc
    ) as integer) as opgave_order,
    told.ambition,
    told.source,
    told.remarks,
    coalesce(told.snapshot_id, of_objectives.snapshot_id) as snapshot_id
from of_objectives
full outer join {{ ref('stg_municipal__opgave') }} as told
    on
        of_objectives.plan_id = told.plan_id
        and of_objectives.opgave = told.opgave
order by plan_id, opgave_order
