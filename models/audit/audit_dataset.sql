{# How old every dataset was when this publication was made, and what went wrong when it was asked last. #}
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
    newest.snapshot_id,
    cast(
        parameter.as_of - cast(coalesce(newest.publisher_modified_at, newest.retrieved_at) as date) as integer
    ) as age_days,
    attempt.cause as trouble,
    attempt.since as trouble_since,
    attempt.sentence as trouble_message,
    newest.snapshot_id is not null and attempt.cause is not null as is_serving_old
from {{ ref('stg_run__dataset') }} as dataset
cross join {{ ref('stg_run__parameter') }} as parameter
left join newest
    on
        dataset.source_id = newest.source_id
        and dataset.dataset_id = newest.dataset_id
left join {{ ref('stg_run__attempt') }} as attempt
    on
        dataset.source_id = attempt.source_id
        and dataset.dataset_id = attempt.dataset_id
