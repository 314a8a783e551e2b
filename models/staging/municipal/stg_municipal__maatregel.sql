select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the measure
    {{ to_text('objective_id') }} as objective_id,
    {{ to_text('edition') }} as edition,
    cast(row_number as integer) as maatregel_order,
    {{ to_text('maatregel') }} as maatregel,
    {{ to_number('expected_effect') }} as expected_effect,
    {{ period_id('effect_period') }} as effect_period_id,
    {{ to_amount('cost') }} as cost,
    {{ to_boolean('is_synthetic') }} as is_synthetic
from {{ source('municipal', 'maatregel') }}
