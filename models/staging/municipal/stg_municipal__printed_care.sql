select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- of what and when: what is left out is all of it
    lower({{ to_text('wet') }}) as wet,
    coalesce({{ to_text('category') }}, 'totaal') as category,
    -- by the spelling of the registrations
    case lower({{ to_text('form') }})
        when 'zin' then 'ZIN'
        when 'pgb' then 'PGB'
        else coalesce(lower({{ to_text('form') }}), 'totaal')
    end as form,
    {{ period_id('year') }} as period_id,
    lower({{ to_text('measure') }}) as measure,

    -- how much
    {{ to_amount('value') }} as printed_value,
    try_cast(trim(unit) as integer) as printed_unit,

    -- what it rests on
    {{ to_text('source') }} as source,
    {{ to_boolean('is_synthetic') }} as is_synthetic
from {{ source('municipal', 'printed_care') }}
