{# Exports that were taken in, the newest first: what came of their rows, and which were replaced by a corrected one. #}
select
    file.original_id,
    file.original_dataset_id as dataset_id,
    file.file_name,
    file.period_id,
    file.received_at,
    file.rows_in,
    file.rows_loaded,
    file.rows_quarantined,
    file.state,
    file.superseded_by,
    file.forgotten_at,
    file.is_synthetic,
    file.snapshot_id
from {{ ref('stg_aggregate__file') }} as file
inner join {{ ref('int_registration_seal') }} as seal on file.snapshot_id = seal.snapshot_id
order by file.received_at desc, file.original_id
