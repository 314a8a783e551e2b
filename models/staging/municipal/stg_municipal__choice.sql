select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- what can be chosen, and what it does
    {{ to_text('plan_id') }} as plan_id,
    {{ to_text('programme') }} as programme,
    {{ to_text('choice') }} as choice,
    {{ to_text('effect_financial') }} as effect_financial,
    {{ to_text('effect_organisational') }} as effect_organisational,
    {{ to_text('effect_society') }} as effect_society,

    -- what it rests on
    {{ to_text('source') }} as source,
    {{ to_boolean('is_synthetic') }} as is_synthetic
from {{ source('municipal', 'choice') }}
