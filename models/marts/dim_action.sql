{# What is done for the plan. An action goes by its plan and the line of actions.csv on which it stands. #}
select
    {{ action_id('plan_id', 'row_number') }} as action_id,
    plan_id,
    opgave,
    programme,
    action,
    state,
    starts,
    ends,
    expected_effect,
    cost,
    source,
    remarks,
    is_synthetic,
    snapshot_id
from {{ ref('stg_municipal__action') }}
order by row_number
