{# The measures that the telling of an objective announces, in its order. #}
select
    objective_id,
    edition,
    maatregel_order,
    maatregel,
    expected_effect,
    effect_period_id,
    cost,
    is_synthetic,
    snapshot_id
from {{ ref('stg_municipal__maatregel') }}
order by objective_id, maatregel_order
