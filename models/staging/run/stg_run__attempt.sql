select
    source_id,
    dataset_id,
    cause,
    {{ to_timestamp_utc('since') }} as since,
    sentence
from {{ source('run', 'attempt') }}
