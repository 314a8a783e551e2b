{#
    The points that may be compared with each other: of every indicator, region and period type those after the last
    break. A point belongs after a break when its period starts on or after the break's date. Gemeenten are followed in
    today's division, so that one that grew by a merger has a past; wijken, buurten and provincies as they were
    published.
#}
with figure as (
    select
        indicator_id,
        region_code,
        period_id,
        value,
        false as is_indicative,
        is_synthetic
    from {{ ref('int_indicator_value') }}
    where {{ region_type('region_code') }} != 'gemeente'
    union all
    select
        indicator_id,
        region_code,
        period_id,
        value,
        is_indicative,
        is_synthetic
    from {{ ref('int_indicator_value_current') }}
    where {{ region_type('region_code') }} = 'gemeente'
),

point as (
    select
        indicator_id,
        region_code,
        period_id,
        {{ period_type('period_id') }} as period_type,
        {{ period_time('period_id') }} as t,
        {{ period_start('period_id') }} as first_day,
        value,
        is_indicative,
        is_synthetic
    from figure
    where value is not null
),

-- a break of all indicators is one of each
cut as (
    select
        indicator.indicator_id,
        series_break.region_code,
        series_break.break_date
    from (select distinct indicator_id from point) as indicator
    inner join {{ ref('int_break') }} as series_break
        on indicator.indicator_id = coalesce(series_break.indicator_id, indicator.indicator_id)
),

stretched as (
    select
        point.indicator_id,
        point.region_code,
        point.period_id,
        point.period_type,
        point.t,
        point.value,
        point.is_indicative,
        point.is_synthetic,
        count(distinct cut.break_date) as stretch
    from point
    left join cut
        on
            point.indicator_id = cut.indicator_id
            and point.region_code = coalesce(cut.region_code, point.region_code)
            and point.first_day >= cut.break_date
    group by
        point.indicator_id,
        point.region_code,
        point.period_id,
        point.period_type,
        point.t,
        point.value,
        point.is_indicative,
        point.is_synthetic
),

counted as (
    select
        *,
        max(stretch) over (partition by indicator_id, region_code, period_type) as last_stretch
    from stretched
)

select
    indicator_id,
    region_code,
    period_type,
    period_id,
    t,
    value,
    is_indicative,
    is_synthetic,
    stretch,
    count(*) over (partition by indicator_id, region_code, period_type) as n_points
from counted
where stretch = last_stretch
