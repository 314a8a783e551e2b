{# Printed lists only: every figure of every row, either taken up or with the reason why not. #}
select
    source_id,
    dataset_id,
    snapshot_id,
    row_number,
    side,
    indicator_label,
    unit_label,
    region_label,
    period_label,
    value_written,
    indicator_id,
    region_code,
    period_id,
    unit,
    value,
    absence,
    value_status,
    is_synthetic,
    source_text,
    reason_kind,
    reason,
    warning,
    is_counted
from {{ ref('int_stated_figure') }}
where way = 'printed'
