{# What every year of a wet comes to, beside its budget, for readers. #}
select
    wet,
    period_id,
    cost_to_date,
    covered_through,
    outlook,
    outlook_low,
    outlook_high,
    budget,
    difference,
    method,
    is_synthetic,
    snapshot_id
from {{ ref('int_care_outlook') }}
order by wet, period_id
