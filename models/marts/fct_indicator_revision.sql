{# Revisions of published figures, for readers. #}
select
    indicator_id,
    region_code,
    period_id,
    part,
    old_value,
    new_value,
    old_absence,
    new_absence,
    old_status,
    new_status,
    old_snapshot_id,
    new_snapshot_id,
    is_synthetic,
    seen_at
from {{ ref('int_indicator_revision') }}
order by indicator_id, region_code, period_id, part, seen_at, new_snapshot_id
