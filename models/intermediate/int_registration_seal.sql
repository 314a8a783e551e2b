{# The seal that speaks: the newest one that serves. Earlier ones tell nothing here, or a count would stand twice. #}
select
    source_id,
    dataset_id,
    snapshot_id,
    retrieved_at
from {{ ref('stg_run__snapshot') }}
where
    source_id = 'aggregate'
    and dataset_id = 'registration'
    and is_serving
qualify row_number() over (order by retrieved_at desc nulls last, snapshot_id asc) = 1
