{#
    Inhabitants per age band, added up from years of age: only where every year of the band arrived. A concept of several
    bands (the young and the old of demografische druk) is their sum, and is there only where all of them are.
#}
with per_age as (
    select
        observation.source_id,
        observation.dataset_id,
        observation.snapshot_id,
        observation.row_number,
        observation.region_code,
        observation.period_id,
        observation.value,
        observation.absence,
        observation.is_synthetic,
        age.age_from,
        age.is_open
    from {{ ref('stg_cbs__observation') }} as observation
    inner join {{ ref('stg_cbs__age') }} as age
        on
            observation.dataset_id = age.dataset_id
            and observation.snapshot_id = age.snapshot_id
            and regexp_extract(observation.detail_key, 'Leeftijd=([^|]+)', 1) = age.age_code
    where observation.concept_id = 'inhabitants_by_age'
),

band as (
    select
        *,
        count(*) over (partition by concept_id) as bands
    from {{ ref('age_bands') }}
),

whole_band as (
    select
        per_age.source_id,
        per_age.dataset_id,
        per_age.snapshot_id,
        band.concept_id,
        band.bands,
        band.age_from,
        per_age.region_code,
        per_age.period_id,
        case when count(per_age.value) = count(*) then sum(per_age.value) end as value,
        case
            when count(per_age.value) = count(*) then null
            when min(per_age.absence) = 'impossible' and max(per_age.absence) = 'impossible' then 'impossible'
            else 'unknown'
        end as absence,
        bool_or(per_age.is_synthetic) as is_synthetic,
        {{ list_in_order('per_age.row_number', 'per_age.age_from') }} as row_numbers
    from per_age
    inner join band
        on
            per_age.age_from >= band.age_from
            and (band.age_to is null or (per_age.age_from <= band.age_to and not per_age.is_open))
    group by
        per_age.source_id,
        per_age.dataset_id,
        per_age.snapshot_id,
        band.concept_id,
        band.bands,
        per_age.region_code,
        per_age.period_id,
        band.age_from,
        band.age_to
    having
        count(*) = max(per_age.age_from) - band.age_from + 1
        and case when band.age_to is null then bool_or(per_age.is_open) else max(per_age.age_from) = band.age_to end
)

select
    source_id,
    dataset_id,
    snapshot_id,
    concept_id,
    region_code,
    period_id,
    -- whole numbers: their sum is the same in any order
    case when count(value) = count(*) then sum(value) end as value,
    case
        when count(value) = count(*) then null
        when min(absence) = 'impossible' and max(absence) = 'impossible' then 'impossible'
        else 'unknown'
    end as absence,
    bool_or(is_synthetic) as is_synthetic,
    flatten({{ list_in_order('row_numbers', 'age_from') }}) as row_numbers
from whole_band
group by source_id, dataset_id, snapshot_id, concept_id, region_code, period_id
having count(*) = max(bands)
