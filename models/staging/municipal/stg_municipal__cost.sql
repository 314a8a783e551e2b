select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- of what and when
    {{ to_text('wet') }} as wet,
    {{ to_text('category') }} as category,
    {{ period_id('year') }} as period_id,

    -- how much
    try_cast(trim(users) as integer) as users,
    {{ to_amount('cost') }} as cost,

    -- what it rests on
    {{ to_text('source') }} as source,
    {{ to_boolean('is_synthetic') }} as is_synthetic
from {{ source('municipal', 'cost') }}
