{#
    The rows of figures that are made of several: bands of ages, and rows of one snapshot that say the same or contradict
    each other.
#}
with repeated as (
    select
        source_id,
        dataset_id,
        snapshot_id,
        concept_id,
        region_code,
        period_id
    from {{ ref('int_observation_vintage') }}
    where
        row_number is null
        and concept_id not in (select band.concept_id from {{ ref('age_bands') }} as band)
),

observation as (
    {{ union_observations([
        'stg_cbs__observation', 'stg_duo__observation', 'stg_divosa__observation', 'stg_municipal__observation'
    ]) }}
)

select
    source_id,
    dataset_id,
    snapshot_id,
    concept_id,
    region_code,
    period_id,
    'inhabitants_by_age' as raw_concept_id,
    row_numbers
from {{ ref('int_age_band') }}

union all

select
    repeated.source_id,
    repeated.dataset_id,
    repeated.snapshot_id,
    repeated.concept_id,
    repeated.region_code,
    repeated.period_id,
    repeated.concept_id as raw_concept_id,
    list(observation.row_number order by observation.row_number) as row_numbers
from repeated
inner join observation
    on
        repeated.source_id = observation.source_id
        and repeated.dataset_id = observation.dataset_id
        and repeated.snapshot_id = observation.snapshot_id
        and repeated.concept_id = observation.concept_id
        and repeated.region_code = observation.region_code
        and repeated.period_id = observation.period_id
group by
    repeated.source_id,
    repeated.dataset_id,
    repeated.snapshot_id,
    repeated.concept_id,
    repeated.region_code,
    repeated.period_id
