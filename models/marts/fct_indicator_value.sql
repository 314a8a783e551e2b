{# Every value as it was published, and those of gemeenten and the country in today's division. #}
select
    indicator_id,
    region_code,
    period_id,
    'as_published' as territory,
    value,
    numerator,
    denominator,
    rate_published,
    rate_computed,
    rate_low,
    rate_high,
    is_consistent,
    interval_low,
    interval_high,
    value_status,
    absence,
    is_derived,
    false as is_indicative,
    is_synthetic,
    snapshot_id,
    denominator_snapshot_id,
    source_text
from {{ ref('int_indicator_value') }}

union all

select
    indicator_id,
    region_code,
    period_id,
    'current' as territory,
    value,
    numerator,
    denominator,
    rate_published,
    rate_computed,
    rate_low,
    rate_high,
    is_consistent,
    interval_low,
    interval_high,
    value_status,
    absence,
    is_derived,
    is_indicative,
    is_synthetic,
    snapshot_id,
    denominator_snapshot_id,
    source_text
from {{ ref('int_indicator_value_current') }}
-- sorted, so that a reader who asks for one indicator skips the rest of the file
order by indicator_id, territory, region_code, period_id
