{# Every region, for readers. #}
select
    region_code,
    region_name,
    region_type,
    parent_code,
    valid_from,
    valid_to,
    successor_code,
    size_class
from {{ ref('int_region') }}
order by region_code
