select
    region_code,
    characteristic,
    period_id,
    value,
    standardised,
    is_synthetic
from {{ ref('int_region_profile') }}
order by region_code, characteristic
