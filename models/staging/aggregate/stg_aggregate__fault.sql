select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- which rows of which original
    original_id,
    original_dataset_id,
    file_name,
    table_name,
    {{ to_text('column_name') }} as column_name,

    -- why they were set aside
    reason_kind,
    reason,
    n
from {{ source('aggregate', 'registration_fault') }}
