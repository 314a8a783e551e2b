select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the indicator
    {{ to_text('plan_id') }} as plan_id,
    {{ to_text('indicator_id') }} as indicator_id,
    {{ to_text('indicator_group') }} as indicator_group,
    {{ to_text('name_nl') }} as name_nl,
    {{ to_text('definition_nl') }} as definition_nl,

    -- how it is read
    {{ to_text('unit') }} as unit,
    cast({{ to_number('decimals') }} as integer) as decimals,
    lower({{ to_text('direction') }}) as direction,
    {{ to_text('opgave') }} as opgave,
    lower({{ to_text('rhythm') }}) as rhythm,

    -- what it rests on
    {{ to_text('source') }} as source,
    {{ to_text('remarks') }} as remarks
from {{ source('municipal', 'plan_indicator') }}
