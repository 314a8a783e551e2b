{#
    Every value of every indicator: rates of the national register, by the version that was in force when the period
    began, and measurements of the workspace. The denominator is that of the same region and period: of the population
    tables where they have one, else of the numerator's own table, else of the newest table that has one.
    A measurement fills only what no publisher gives.
#}
with version as (
    select * from {{ ref('indicator_versions') }}
),

published as (
    select
        version.indicator_id,
        version.version,
        observation.region_code,
        observation.period_id,
        version.published_offset + version.published_factor * observation.value as rate_published,
        version.published_rounding,
        observation.absence,
        observation.value_status,
        observation.is_synthetic,
        observation.snapshot_id,
        version.published_offset + version.published_factor * low.value as one_end,
        version.published_offset + version.published_factor * high.value as other_end,
        observation.figure_id as published_figure_id,
        low.figure_id as low_figure_id,
        high.figure_id as high_figure_id
    from version
    inner join {{ ref('int_observation') }} as observation
        on
            version.published_concept = observation.concept_id
            and {{ in_force('version', 'observation.period_id') }}
    left join {{ ref('int_observation') }} as low
        on
            low.concept_id = version.published_concept || '_low'
            and observation.region_code = low.region_code
            and observation.period_id = low.period_id
            and observation.dataset_id = low.dataset_id
    left join {{ ref('int_observation') }} as high
        on
            high.concept_id = version.published_concept || '_high'
            and observation.region_code = high.region_code
            and observation.period_id = high.period_id
            and observation.dataset_id = high.dataset_id
    where observation.preference = 1
),

numerator as (
    select
        version.indicator_id,
        version.version,
        version.rate_base,
        version.denominator_concept,
        version.numerator_rounding,
        version.denominator_concept in (
            select own.concept_id from {{ ref('registration_concepts') }} as own
        ) as is_divided_by_registration,
        observation.region_code,
        observation.period_id,
        observation.source_id,
        observation.dataset_id,
        observation.value as numerator,
        observation.absence,
        observation.value_status,
        observation.is_synthetic,
        observation.snapshot_id,
        observation.figure_id
    from version
    inner join {{ ref('int_observation') }} as observation
        on
            version.numerator_concept = observation.concept_id
            and {{ in_force('version', 'observation.period_id') }}
    where
        observation.preference = 1
        and version.denominator_concept is not null
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
        observation.figure_id,
        row_number() over (
            partition by numerator.indicator_id, numerator.region_code, numerator.period_id
            order by
                (observation.value is null) asc,
                (observation.dataset_id in ({{ quoted_list(var('population_datasets')) }})) desc,
                (observation.source_id = numerator.source_id and observation.dataset_id = numerator.dataset_id) desc,
                observation.preference asc
        ) as choice
    from numerator
    inner join {{ ref('int_observation') }} as observation
        on
            numerator.denominator_concept = observation.concept_id
            and numerator.region_code = observation.region_code
            -- people are counted on 1 January: a half-year, and the end of a month, divide by those of their year;
            -- who is counted by a registration is counted per period, and divides the figures of that period
            and observation.period_id = case
                when numerator.is_divided_by_registration then numerator.period_id
                when {{ period_type('numerator.period_id') }} in ('half-year', 'month')
                    then left(numerator.period_id, 4)
                else numerator.period_id
            end
),

computed as (
    select
        numerator.indicator_id,
        numerator.version,
        numerator.region_code,
        numerator.period_id,
        numerator.numerator,
        denominator.denominator,
        numerator.numerator / nullif(denominator.denominator, 0) * numerator.rate_base as rate_computed,
        coalesce(numerator.numerator_rounding, 0) / 2
        / nullif(denominator.denominator, 0) * numerator.rate_base as half_step,
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
        denominator.snapshot_id as denominator_snapshot_id,
        numerator.figure_id as numerator_figure_id,
        denominator.figure_id as denominator_figure_id
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
        coalesce(published.version, computed.version) as version,
        coalesce(published.region_code, computed.region_code) as region_code,
        coalesce(published.period_id, computed.period_id) as period_id,
        coalesce(published.rate_published, computed.rate_computed) as value,
        computed.numerator,
        computed.denominator,
        published.rate_published,
        computed.rate_computed,
        computed.rate_computed - computed.half_step as rate_low,
        computed.rate_computed + computed.half_step as rate_high,
        coalesce(published.published_rounding, 0) / 2 as published_half_step,
        least(published.one_end, published.other_end) as interval_low,
        greatest(published.one_end, published.other_end) as interval_high,
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
        computed.denominator_snapshot_id,
        published.published_figure_id,
        published.low_figure_id,
        published.high_figure_id,
        computed.numerator_figure_id,
        computed.denominator_figure_id
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
            -- what a publisher keeps secret is not told by hand
            and (registered.value is not null or registered.absence = 'suppressed' or measurement.value is null)
    where registered.indicator_id is null
),

unfilled as (
    select registered.*
    from registered
    left join measured
        on
            registered.indicator_id = measured.indicator_id
            and registered.region_code = measured.region_code
            and registered.period_id = measured.period_id
    where measured.indicator_id is null
),

-- an indicator of the national list of which nobody has given a figure on the workspace's gemeente says so itself
uncollected as (
    select
        indicator.indicator_id,
        parameter.workspace_gemeente as region_code,
        {{ last_period('indicator.rhythm', 'parameter.as_of') }} as period_id
    from {{ ref('indicators') }} as indicator
    cross join {{ ref('stg_run__parameter') }} as parameter
    where
        indicator.bbv_number is not null
        and indicator.valid_to is null
        and indicator.indicator_id not in (
            select version.indicator_id
            from version
            inner join {{ ref('int_observation') }} as observation
                on observation.concept_id in (version.published_concept, version.numerator_concept)
            inner join {{ ref('stg_run__parameter') }} as own on observation.region_code = own.workspace_gemeente
            union
            select measurement.indicator_id
            from {{ ref('int_measurement') }} as measurement
            inner join {{ ref('stg_run__parameter') }} as own on measurement.region_code = own.workspace_gemeente
        )
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
    rate_low,
    rate_high,
    rate_published + published_half_step >= rate_low
    and rate_published - published_half_step <= rate_high as is_consistent,
    interval_low,
    interval_high,
    value_status,
    case when value is null then absence end as absence,
    is_derived,
    is_synthetic,
    snapshot_id,
    denominator_snapshot_id,
    cast(null as string) as source_text,
    -- the version of the register by which it was reckoned, and the figures it rests on: numbers, because their names
    -- would be carried along five times for every value of a country
    version,
    published_figure_id,
    low_figure_id,
    high_figure_id,
    numerator_figure_id,
    denominator_figure_id,
    null as measured_figure
from unfilled

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
    cast(null as double) as rate_low,
    cast(null as double) as rate_high,
    cast(null as boolean) as is_consistent,
    interval_low,
    interval_high,
    value_status,
    absence,
    false as is_derived,
    is_synthetic,
    snapshot_id,
    cast(null as string) as denominator_snapshot_id,
    source_text,
    cast(null as integer) as version,
    cast(null as bigint) as published_figure_id,
    cast(null as bigint) as low_figure_id,
    cast(null as bigint) as high_figure_id,
    cast(null as bigint) as numerator_figure_id,
    cast(null as bigint) as denominator_figure_id,
    {{ record({
        'raw_table': 'raw_table',
        'source_id': 'source_id',
        'dataset_id': 'dataset_id',
        'snapshot_id': 'snapshot_id',
        'row_number': 'row_number',
        'concept_id': 'indicator_id',
        'period_id': 'period_id',
    }) }} as measured_figure
from measured

union all

select
    indicator_id,
    region_code,
    period_id,
    cast(null as double) as value,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    cast(null as double) as rate_published,
    cast(null as double) as rate_computed,
    cast(null as double) as rate_low,
    cast(null as double) as rate_high,
    cast(null as boolean) as is_consistent,
    cast(null as double) as interval_low,
    cast(null as double) as interval_high,
    cast(null as string) as value_status,
    'not_collected' as absence,
    false as is_derived,
    false as is_synthetic,
    cast(null as string) as snapshot_id,
    cast(null as string) as denominator_snapshot_id,
    cast(null as string) as source_text,
    cast(null as integer) as version,
    cast(null as bigint) as published_figure_id,
    cast(null as bigint) as low_figure_id,
    cast(null as bigint) as high_figure_id,
    cast(null as bigint) as numerator_figure_id,
    cast(null as bigint) as denominator_figure_id,
    null as measured_figure
from uncollected
