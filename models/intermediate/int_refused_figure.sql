{# What was left out of the figures by hand and in print, for the person who delivered it. #}
select
    source_id,
    dataset_id,
    snapshot_id,
    row_number,
    side,
    indicator_label,
    region_label,
    period_label,
    value_written,
    unit_label,
    reason_kind,
    reason
from {{ ref('int_stated_figure') }}
where reason_kind is not null
