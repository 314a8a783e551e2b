with sent as (
    select
        *,
        {{ to_number('value') }} as figure
    from {{ source('municipal', 'measurement') }}
)

select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- what, where, when
    {{ to_text('indicator_id') }} as indicator_id,
    {{ gemeente_code('region_code') }} as region_code,
    {{ period_id('period_id') }} as period_id,

    -- how much
    {{ to_text('unit') }} as unit_label,
    {{ to_text('value') }} as value_written,
    replace(trim(value), ',', '.') as number_text,
    figure as value,
    {{ absence('value', 'null', 'figure') }} as absence,
    {{ to_number('interval_low') }} as interval_low,
    {{ to_number('interval_high') }} as interval_high,
    cast(null as string) as value_status,
    {{ to_boolean('is_synthetic') }} as is_synthetic,
    {{ to_text('source') }} as source_text
from sent
