with sent as (
    select * from {{ source('municipal', 'municipal_observation') }}
),

read as (
    select
        *,
        {{ figure('value_text', 'value_attribute') }} as value
    from sent
)

select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- what, where, when
    trim(concept_id) as concept_id,
    measure_key,
    {{ gemeente_code('region_key') }} as region_code,
    {{ period_id('period_key') }} as period_id,

    -- how much
    value,
    {{ absence('value_text', 'value_attribute', 'value') }} as absence,
    coalesce(is_synthetic, false) as is_synthetic
from read
