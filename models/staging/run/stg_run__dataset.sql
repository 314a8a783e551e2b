select
    source_id,
    dataset_id,
    kind,
    title,
    table_id,
    {{ period_id('period') }} as period_id,
    rhythm,
    licence,
    attribution,
    contract_version,
    unverified
from {{ source('run', 'dataset') }}
