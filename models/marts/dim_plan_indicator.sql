{# The indicators that a plan defines for itself, by group, in the order of indicators.csv. #}
with grouped as (
    select
        *,
        min(row_number) over (partition by plan_id, indicator_group) as group_row
    from {{ ref('stg_municipal__plan_indicator') }}
)

select
    plan_id,
    indicator_id,
    indicator_group,
    cast(dense_rank() over (partition by plan_id order by group_row) as integer) as group_order,
    cast(row_number() over (partition by plan_id, indicator_group order by row_number) as integer) as place,
    name_nl,
    definition_nl,
    unit,
    decimals,
    direction,
    opgave,
    rhythm,
    source,
    remarks,
    snapshot_id
from grouped
order by plan_id, group_order, place
