select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the plan
    {{ to_text('plan_id') }} as plan_id,
    {{ to_text('title') }} as title,
    {{ to_text('starts') }} as starts,
    {{ to_text('ends') }} as ends,
    {{ to_text('evaluation') }} as evaluation,
    {{ to_text('council_moments') }} as council_moments,

    -- what it rests on
    {{ to_text('source') }} as source,
    {{ to_text('remarks') }} as remarks
from {{ source('municipal', 'plan') }}
