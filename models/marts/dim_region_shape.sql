{# The shapes for the map, one per region. #}
select
    shape.region_code,
    coalesce(shape.region_name, region.region_name, shape.region_code) as region_name,
    shape.geometry,
    shape.crs,
    shape.is_synthetic,
    shape.snapshot_id
from {{ ref('stg_municipal__region_shape') }} as shape
left join {{ ref('dim_region') }} as region on shape.region_code = region.region_code
order by shape.region_code
