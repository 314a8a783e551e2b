{#
    Every value of every indicator: rates of the national register, and measurements of the workspace's own indicators.
    The denominator is that of the same region and period: of the population table where it has one, else of the
    numerator's own table, else of the newest table that has one.
#}
with indicator as (
    select * from {{ ref('indicators') }}
),

observation as (
    select * from {{ ref('int_observation') }}
),

published as (
    select
        indicator.indicator_id,
        observation.region_code,
        observation.period_id,
        observation.value as rate_published,
        observation.absence,
        observation.value_status,
        observation.is_synthetic,
        observation.snapshot_id
    from indicator
    inner join observation on indicator.published_concept = observation.concept_id
    where observation.preference = 1
),

numerator as (
    select
        indicator.indicator_id,
        indicator.rate_base,
        indicator.denominator_concept,
        observation.region_code,
        observation.period_id,
        observation.source_id,
        observation.dataset_id,
        observation.value as numerator,
        observation.absence,
        observation.value_status,
        observation.is_synthetic,
        observation.snapshot_id
    from indicator
    inner join observation on indicator.numerator_concept = observation.concept_id
    where
        observation.preference = 1
        and indicator.denominator_concept is not null
),

denominator as (
    select
        numerator.indicator_id,
        numerator.region_code,
        numerator.period_id,
        observation.value as denominator,
        observation.absence,
        observation.value_status,
        observation.is_synthetic,
        observation.snapshot_id,
        row_number() over (
            partition by numerator.indicator_id, numerator.region_code, numerator.period_id
            order by
                (observation.value is null) asc,
                (observation.dataset_id = '{{ var("population_dataset") }}') desc,
                (observation.source_id = numerator.source_id and observation.dataset_id = numerator.dataset_id) desc,
                observation.preference asc
        ) as choice
    from numerator
    inner join observation
        on
            numerator.denominator_concept = observation.concept_id
            and numerator.region_code = observation.region_code
            and numerator.period_id = observation.period_id
),

computed as (
    select
        numerator.indicator_id,
        numerator.region_code,
        numerator.period_id,
        numerator.numerator,
        denominator.denominator,
        numerator.numerator / nullif(denominator.denominator, 0) * numerator.rate_base as rate_computed,
        case
            when numerator.numerator is null then numerator.absence
            when denominator.indicator_id is null then 'not_collected'
            when denominator.denominator is null then denominator.absence
            when denominator.denominator = 0 then 'impossible'
        end as absence,
        case
            when 'provisional' in (numerator.value_status, denominator.value_status) then 'provisional'
            when 'revised' in (numerator.value_status, denominator.value_status) then 'revised'
            when numerator.value_status = denominator.value_status then numerator.value_status
        end as value_status,
        numerator.is_synthetic or coalesce(denominator.is_synthetic, false) as is_synthetic,
        numerator.snapshot_id,
        denominator.snapshot_id as denominator_snapshot_id
    from numerator
    left join denominator
        on
            numerator.indicator_id = denominator.indicator_id
            and numerator.region_code = denominator.region_code
            and numerator.period_id = denominator.period_id
            and denominator.choice = 1
),

registered as (
    select
        coalesce(published.indicator_id, computed.indicator_id) as indicator_id,
        coalesce(published.region_code, computed.region_code) as region_code,
        coalesce(published.period_id, computed.period_id) as period_id,
        coalesce(published.rate_published, computed.rate_computed) as value,
        computed.numerator,
        computed.denominator,
        published.rate_published,
        computed.rate_computed,
        case
            when published.rate_published is not null then published.value_status
            else computed.value_status
        end as value_status,
        coalesce(published.absence, computed.absence) as absence,
        published.rate_published is null and computed.rate_computed is not null as is_derived,
        coalesce(published.is_synthetic, false) or coalesce(computed.is_synthetic, false) as is_synthetic,
        case
            when published.rate_published is null and computed.rate_computed is not null then computed.snapshot_id
            else coalesce(published.snapshot_id, computed.snapshot_id)
        end as snapshot_id,
        computed.denominator_snapshot_id
    from published
    full join computed
        on
            published.indicator_id = computed.indicator_id
            and published.region_code = computed.region_code
            and published.period_id = computed.period_id
),

measured as (
    select measurement.*
    from {{ ref('int_measurement') }} as measurement
    left join registered
        on
            measurement.indicator_id = registered.indicator_id
            and measurement.region_code = registered.region_code
            and measurement.period_id = registered.period_id
    where registered.indicator_id is null
)

select
    indicator_id,
    region_code,
    period_id,
    value,
    numerator,
    denominator,
    rate_published,
    rate_computed,
    cast(null as double) as interval_low,
    cast(null as double) as interval_high,
    value_status,
    case when value is null then absence end as absence,
    is_derived,
    is_synthetic,
    snapshot_id,
    denominator_snapshot_id
from registered

union all

select
    indicator_id,
    region_code,
    period_id,
    value,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    value as rate_published,
    cast(null as double) as rate_computed,
    interval_low,
    interval_high,
    cast(null as text) as value_status,
    absence,
    false as is_derived,
    is_synthetic,
    snapshot_id,
    cast(null as text) as denominator_snapshot_id
from measured
