select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the original
    original_id,
    original_dataset_id,
    file_name,
    {{ to_text('period_id') }} as period_id,
    {{ to_timestamp_utc('received_at') }} as received_at,

    -- what became of it
    rows_in,
    rows_loaded,
    rows_quarantined,
    state,
    {{ to_text('superseded_by') }} as superseded_by,
    {{ to_timestamp_utc('forgotten_at') }} as forgotten_at,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('aggregate', 'registration_file') }}
