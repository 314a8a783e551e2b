select
    source_id,
    dataset_id,
    snapshot_id,
    measure_key,
    concept_id,
    title,
    unit,
    decimals
from {{ source('cbs', 'cbs_measure') }}
