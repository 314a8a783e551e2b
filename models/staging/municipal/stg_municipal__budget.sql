select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- for what, when and on what basis
    {{ to_text('plan_id') }} as plan_id,
    {{ to_text('programme') }} as programme,
    {{ to_text('budget_line') }} as budget_line,
    {{ to_text('opgave') }} as opgave,
    {{ period_id('year') }} as period_id,
    {{ to_text('basis') }} as basis,
    lower({{ to_text('wet') }}) as wet,

    -- how much
    {{ to_amount('budget') }} as budget,
    {{ to_amount('actual') }} as actual,
    {{ to_amount('forecast') }} as forecast,

    -- what it rests on
    {{ to_text('source') }} as source,
    {{ to_boolean('is_synthetic') }} as is_synthetic
from {{ source('municipal', 'budget') }}
