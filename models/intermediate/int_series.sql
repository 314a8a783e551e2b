{#
    The points that may be compared with each other: of every indicator, region and period type those after the last
    break. A point belongs after a break when its period starts on or after the break's date.
#}
with point as (
    select
        indicator_id,
        region_code,
        period_id,
        {{ period_type('period_id') }} as period_type,
        {{ period_time('period_id') }} as t,
        {{ period_start('period_id') }} as first_day,
        value,
        is_synthetic
    from {{ ref('int_indicator_value') }}
    where value is not null
),

stretched as (
    select
        point.indicator_id,
        point.region_code,
        point.period_id,
        point.period_type,
        point.t,
        point.value,
        point.is_synthetic,
        count(series_break.break_date) as stretch
    from point
    left join {{ ref('breaks') }} as series_break
        on
            point.indicator_id = series_break.indicator_id
            and point.region_code = coalesce(series_break.region_code, point.region_code)
            and point.first_day >= series_break.break_date
    group by
        point.indicator_id,
        point.region_code,
        point.period_id,
        point.period_type,
        point.t,
        point.value,
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
    is_synthetic,
    stretch,
    count(*) over (partition by indicator_id, region_code, period_type) as n_points
from counted
where stretch = last_stretch
