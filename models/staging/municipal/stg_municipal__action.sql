select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- what is done, and for what
    {{ to_text('plan_id') }} as plan_id,
    {{ to_text('opgave') }} as opgave,
    {{ to_text('programme') }} as programme,
    {{ to_text('action') }} as action,
    {{ to_list('indicators') }} as indicators,

    -- how far it is, and what it costs
    lower({{ to_text('state') }}) as state,
    {{ to_text('starts') }} as starts,
    {{ to_text('ends') }} as ends,
    {{ to_text('expected_effect') }} as expected_effect,
    {{ to_amount('cost') }} as cost,

    -- what it rests on
    {{ to_text('source') }} as source,
    {{ to_text('remarks') }} as remarks,
    {{ to_boolean('is_synthetic') }} as is_synthetic
from {{ source('municipal', 'action') }}
