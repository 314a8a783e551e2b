{{ config(alias='coverage') }}
{# Periods of which something is known, with the last day of what is known the least far. #}
select
    subject,
    wet,
    period_id,
    max(covered_from) as covered_from,
    min(covered_through) as covered_through,
    bool_and(is_whole) as is_whole
from {{ ref('reg_period') }}
group by subject, wet, period_id
