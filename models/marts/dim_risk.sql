{# Risks outside the municipality's influence, as the plan names them. #}
select
    plan_id,
    opgave,
    risk,
    source,
    snapshot_id
from {{ ref('stg_municipal__risk') }}
order by row_number
