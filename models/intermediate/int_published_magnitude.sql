{#
    What publishers give for the indicators and regions of figures by hand, to hold those against: the order of
    magnitude, not the value to show. That is made in int_indicator_value, which rests on figures by hand and so cannot
    be asked here.
#}
with asked as (
    select distinct
        indicator_id,
        region_code
    from {{ ref('int_stated_line') }}
    where reason_kind is null
    union
    select distinct
        indicator_id,
        'NL01' as region_code
    from {{ ref('int_stated_line') }}
    where reason_kind is null
),

version as (
    select * from {{ ref('indicator_versions') }}
),

observation as (
    select * from {{ ref('int_observation') }}
    where
        preference = 1
        and value is not null
),

published as (
    select
        version.indicator_id,
        version.unit,
        observation.region_code,
        observation.period_id,
        1 as choice,
        version.published_offset + version.published_factor * observation.value as value
    from asked
    inner join version on asked.indicator_id = version.indicator_id
    inner join observation
        on
            version.published_concept = observation.concept_id
            and asked.region_code = observation.region_code
            and {{ in_force('version', 'observation.period_id') }}
),

computed as (
    select
        version.indicator_id,
        version.unit,
        counted.region_code,
        counted.period_id,
        2 as choice,
        counted.value / nullif(divisor.value, 0) * version.rate_base as value
    from asked
    inner join version on asked.indicator_id = version.indicator_id
    inner join observation as counted
        on
            version.numerator_concept = counted.concept_id
            and asked.region_code = counted.region_code
            and {{ in_force('version', 'counted.period_id') }}
    inner join observation as divisor
        on
            version.denominator_concept = divisor.concept_id
            and counted.region_code = divisor.region_code
            and divisor.period_id = case {{ period_type('counted.period_id') }}
                when 'half-year' then left(counted.period_id, 4)
                else counted.period_id
            end
),

either as (
    select * from published
    union all
    select * from computed
    where value is not null
)

select
    indicator_id,
    unit,
    region_code,
    period_id,
    value
from either
qualify
    row_number() over (
        partition by indicator_id, region_code, period_id
        order by choice
    ) = 1
