select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the risk
    {{ to_text('plan_id') }} as plan_id,
    {{ to_text('opgave') }} as opgave,
    {{ to_text('risk') }} as risk,
    {{ to_text('source') }} as source
from {{ source('municipal', 'risk') }}
