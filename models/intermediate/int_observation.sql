{#
    The figures that speak. Of one table the serving snapshot counts; of several files the newest; a series that a unit
    alarm set aside is not known. Between tables that give the same figure all stay, ranked, because a denominator wants
    the table of its own numerator. Counts from the municipality's own registrations stand beside them: they have no
    unit that could have been switched, and one vintage, that of the seal.
#}
with serving as (
    select
        *,
        row_number() over (
            partition by source_id, dataset_id, concept_id, region_code, period_id
            order by publisher_modified_at desc nulls last, retrieved_at desc nulls last, snapshot_id asc
        ) as age
    from {{ ref('int_observation_vintage') }}
    where is_serving
),

trusted as (
    select
        serving.concept_id,
        serving.region_code,
        serving.period_id,
        serving.source_id,
        serving.dataset_id,
        case when alarm.concept_id is null then serving.value end as value,
        case when alarm.concept_id is null then serving.absence else 'unknown' end as absence,
        serving.value_status,
        serving.is_synthetic,
        serving.snapshot_id,
        serving.row_number,
        serving.publisher_modified_at,
        serving.retrieved_at
    from serving
    left join {{ ref('int_unit_alarm') }} as alarm
        on
            serving.concept_id = alarm.concept_id
            and serving.region_code = alarm.region_code
            and {{ period_type('serving.period_id') }} = alarm.period_type
    where serving.age = 1

    union all

    select
        concept_id,
        region_code,
        period_id,
        source_id,
        dataset_id,
        value,
        absence,
        cast(null as string) as value_status,
        is_synthetic,
        snapshot_id,
        row_number,
        cast(null as timestamp) as publisher_modified_at,
        retrieved_at
    from {{ ref('int_registration_observation') }}
)

select
    concept_id,
    region_code,
    period_id,
    source_id,
    dataset_id,
    value,
    absence,
    value_status,
    is_synthetic,
    snapshot_id,
    row_number,
    row_number() over (
        partition by concept_id, region_code, period_id
        order by
            (value is null) asc,
            publisher_modified_at desc nulls last,
            -- of the same edition of its publisher the second in which a table was pulled says nothing
            case when publisher_modified_at is null then retrieved_at end desc nulls last,
            source_id asc,
            dataset_id asc
    ) as preference,
    {{ numbered() }} as figure_id
from trusted
