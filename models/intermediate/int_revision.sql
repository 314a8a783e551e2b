{#
    What a table's next vintage said of a figure that an earlier one had given: another value, another reason for having
    none, or another status. Only figures of which an indicator is made.
#}
with retold as (
    select
        source_id,
        dataset_id
    from {{ ref('stg_run__snapshot') }}
    group by source_id, dataset_id
    having count(*) > count(*) filter (where is_serving)
),

told as (
    select
        vintage.*,
        lag(vintage.snapshot_id) over history as old_snapshot_id,
        lag(vintage.row_number) over history as old_row_number,
        lag(vintage.value) over history as old_value,
        lag(vintage.absence) over history as old_absence,
        lag(vintage.value_status) over history as old_status
    from {{ ref('int_observation_vintage') }} as vintage
    inner join retold on vintage.source_id = retold.source_id and vintage.dataset_id = retold.dataset_id
    window history as (
        partition by
            vintage.source_id, vintage.dataset_id, vintage.concept_id, vintage.region_code, vintage.period_id
        order by
            vintage.publisher_modified_at nulls first, vintage.retrieved_at nulls first, vintage.snapshot_id
    )
)

select
    concept_id,
    region_code,
    period_id,
    source_id,
    dataset_id,
    old_value,
    value as new_value,
    old_absence,
    absence as new_absence,
    old_status,
    value_status as new_status,
    old_snapshot_id,
    old_row_number,
    snapshot_id as new_snapshot_id,
    row_number as new_row_number,
    is_synthetic,
    retrieved_at as seen_at
from told
where
    old_snapshot_id is not null
    and (
        value is distinct from old_value
        or absence is distinct from old_absence
        or value_status is distinct from old_status
    )
