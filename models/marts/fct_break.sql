{# Breaks of comparability, for readers: where a trend was cut and why. #}
select
    indicator_id,
    region_code,
    break_date,
    reason,
    source
from {{ ref('int_break') }}
order by break_date, indicator_id nulls first, region_code nulls first, reason, source
