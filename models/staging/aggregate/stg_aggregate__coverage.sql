select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- what is covered, and how far
    subject,
    wet,
    period_id,
    cast(covered_from as date) as covered_from,
    cast(covered_through as date) as covered_through,
    coalesce(is_whole, false) as is_whole
from {{ source('aggregate', 'registration_coverage') }}
