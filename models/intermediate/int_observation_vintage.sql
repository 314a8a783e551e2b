{#
    Every figure of every publisher, in every vintage at hand. Of wijken and buurten only the figures on which an indicator
    rests: the rest describes gemeenten, and tables of wijken and buurten are by far the longest.
#}
with registered as (
    select numerator_concept as concept_id from {{ ref('indicator_versions') }}
    union
    select denominator_concept from {{ ref('indicator_versions') }}
    union
    select published_concept from {{ ref('indicator_versions') }}
),

observation as (
    {{ union_observations([
        'stg_cbs__observation', 'stg_duo__observation', 'stg_divosa__observation', 'stg_municipal__observation'
    ]) }}
),

-- one figure per snapshot: equal rows collapse, contradicting rows leave nothing known
in_snapshot as (
    select
        source_id,
        dataset_id,
        snapshot_id,
        -- several rows are looked up where they are asked for: a list for each of millions of figures costs too much
        case when count(*) = 1 then min(row_number) end as row_number,
        concept_id,
        region_code,
        period_id,
        case
            when count(value) < count(*) then null
            when min(value) = max(value) then min(value)
        end as value,
        case
            when count(absence) = count(*) and min(absence) = max(absence) then min(absence)
            else 'unknown'
        end as absence,
        bool_or(is_synthetic) as is_synthetic
    from observation
    where
        {{ region_type('region_code') }} is not null
        and concept_id != 'inhabitants_by_age'
        and (
            {{ region_type('region_code') }} not in ('wijk', 'buurt')
            or concept_id in (select registered.concept_id from registered)
        )
    group by source_id, dataset_id, snapshot_id, concept_id, region_code, period_id

    union all

    select
        source_id,
        dataset_id,
        snapshot_id,
        cast(null as bigint) as row_number,
        concept_id,
        region_code,
        period_id,
        value,
        absence,
        is_synthetic
    from {{ ref('int_age_band') }}
    where {{ region_type('region_code') }} is not null
),

dated as (
    select
        in_snapshot.*,
        period_status.value_status,
        snapshot.publisher_modified_at,
        snapshot.retrieved_at,
        snapshot.is_serving
    from in_snapshot
    inner join {{ ref('stg_run__snapshot') }} as snapshot
        on
            in_snapshot.source_id = snapshot.source_id
            and in_snapshot.dataset_id = snapshot.dataset_id
            and in_snapshot.snapshot_id = snapshot.snapshot_id
    left join {{ ref('stg_cbs__period_status') }} as period_status
        on
            in_snapshot.source_id = period_status.source_id
            and in_snapshot.dataset_id = period_status.dataset_id
            and in_snapshot.snapshot_id = period_status.snapshot_id
            and in_snapshot.period_id = period_status.period_id
)

select
    concept_id,
    region_code,
    period_id,
    source_id,
    dataset_id,
    snapshot_id,
    row_number,
    is_serving,
    value,
    case when value is null then absence end as absence,
    value_status,
    is_synthetic,
    publisher_modified_at,
    retrieved_at
from dated
