{# The verdict on every objective, now and at every measurement since its baseline, for readers. #}
select
    objective_id,
    version,
    plan_id,
    region_code,
    period_id,
    indicator_id,
    kind,
    baseline_value,
    baseline_period_id,
    target_value,
    target_period_id,
    current_value,
    expected_value,
    attainment,
    ratio,
    status,
    probability,
    next_measurement_due,
    is_overdue,
    is_current,
    is_synthetic,
    snapshot_id
from {{ ref('int_objective_verdict') }}
order by objective_id, version, region_code, period_id
