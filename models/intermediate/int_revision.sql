{#
    What a table's next vintage said of a figure that an earlier one had given: another value, another reason for having
    none, or another status. Only figures of which an indicator is made.
#}
with told as (
    select
        *,
        lag(snapshot_id) over vintage as old_snapshot_id,
        lag(value) over vintage as old_value,
        lag(absence) over vintage as old_absence,
        lag(value_status) over vintage as old_status
    from {{ ref('int_observation_vintage') }}
    window vintage as (
        partition by source_id, dataset_id, concept_id, region_code, period_id
        order by publisher_modified_at nulls first, retrieved_at nulls first, snapshot_id
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
    snapshot_id as new_snapshot_id,
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
