select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the shape
    {{ region_code('region_code') }} as region_code,
    {{ to_text('region_name') }} as region_name,
    geometry,
    crs,
    {{ to_boolean('is_synthetic') }} as is_synthetic
from {{ source('municipal', 'region_shape') }}
