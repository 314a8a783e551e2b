{# Every dataset under contract, with the newest vintage that serves and what its publisher says of it. #}
with newest as (
    select *
    from {{ ref('stg_run__snapshot') }}
    where is_serving
    qualify row_number() over (
        partition by source_id, dataset_id
        order by publisher_modified_at desc nulls last, retrieved_at desc nulls last, snapshot_id asc
    ) = 1
)

select
    dataset.source_id,
    dataset.dataset_id,
    dataset.title,
    dataset.table_id,
    described.title as publisher_title,
    described.status as publisher_status,
    described.successor_table_id,
    described.successor_note,
    dataset.rhythm,
    dataset.licence,
    dataset.attribution,
    dataset.unverified,
    newest.snapshot_id,
    newest.retrieved_at,
    newest.publisher_modified_at
from {{ ref('stg_run__dataset') }} as dataset
left join newest
    on
        dataset.source_id = newest.source_id
        and dataset.dataset_id = newest.dataset_id
left join {{ ref('stg_cbs__table') }} as described
    on
        newest.source_id = described.source_id
        and newest.dataset_id = described.dataset_id
        and newest.snapshot_id = described.snapshot_id
