select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the opgave
    {{ to_text('plan_id') }} as plan_id,
    {{ to_text('opgave') }} as opgave,
    {{ to_text('ambition') }} as ambition,
    {{ to_list('indicators') }} as indicators,

    -- what it rests on
    {{ to_text('source') }} as source,
    {{ to_text('remarks') }} as remarks
from {{ source('municipal', 'opgave') }}
