{#
    How far the figure of every objective has moved since its start, over the comparable points only, and whether that
    movement is real. A pair of survey values differs when |d| > 1.96 * sqrt(se_1^2 + se_2^2), a standard error being
    the width of its 95% interval over 2 * 1.96; a series of five or more points moves when Mann-Kendall says so. Of
    other pairs nobody can say.
#}
with stated as (
    select
        status.objective_id,
        status.version,
        status.plan_id,
        status.region_code,
        status.is_wijk,
        status.indicator_id,
        status.kind,
        objective.period_type,
        {{ period_time('status.baseline_period_id') }} as t0
    from {{ ref('int_objective_status') }} as status
    inner join {{ ref('int_objective') }} as objective
        on
            status.objective_id = objective.objective_id
            and status.version = objective.version
    where
        status.is_current_version
        and status.is_latest
),

interval_of as (
    select
        indicator_id,
        region_code,
        period_id,
        (interval_high - interval_low) / (2 * 1.96) as standard_error
    from {{ ref('int_indicator_value') }}
    where
        interval_low is not null
        and interval_high is not null
),

-- the gemeente's own figure says nothing about every wijk
series as (
    select
        stated.objective_id,
        stated.region_code,
        stated.t0,
        point.period_id,
        point.t,
        point.value,
        interval_of.standard_error
    from stated
    inner join {{ ref('int_series') }} as point
        on
            stated.indicator_id = point.indicator_id
            and stated.region_code = point.region_code
            and stated.period_type = point.period_type
    left join interval_of
        on
            point.indicator_id = interval_of.indicator_id
            and point.region_code = interval_of.region_code
            and point.period_id = interval_of.period_id
    where stated.kind != 'every_wijk' or stated.is_wijk
),

stretch as (
    select
        objective_id,
        region_code,
        count(*) as n_points,
        min_by(period_id, t) as window_start,
        max_by(period_id, t) as window_end
    from series
    group by objective_id, region_code
),

ends as (
    select
        objective_id,
        region_code,
        count(*) as n_since,
        min_by(period_id, t) as first_period_id,
        max_by(period_id, t) as last_period_id,
        min_by(value, t) as first_value,
        max_by(value, t) as last_value,
        {{ value_at_least('standard_error', 't') }} as first_error,
        {{ value_at_most('standard_error', 't') }} as last_error
    from series
    where t0 is null or t0 <= t
    group by objective_id, region_code
)

select
    stated.objective_id,
    stated.version,
    stated.plan_id,
    stated.region_code,
    stated.is_wijk,
    stated.indicator_id,
    stated.period_type,
    cast(coalesce(stretch.n_points, 0) as integer) as n_points,
    stretch.window_start,
    stretch.window_end,
    {{ trend_direction('trend.p_value', 'trend.s') }} as trend,
    trend.slope,
    trend.p_value,
    case when ends.n_since >= 2 then ends.last_value - ends.first_value end as change,
    case when ends.n_since >= 2 then ends.first_period_id end as change_from_period_id,
    case when ends.n_since >= 2 then ends.last_period_id end as change_to_period_id,
    case
        when ends.n_since < 2 then null
        when ends.first_error is not null and ends.last_error is not null
            then
                abs(ends.last_value - ends.first_value)
                > 1.96 * sqrt(power(ends.first_error, 2) + power(ends.last_error, 2))
        when trend.p_value is not null then trend.p_value < 0.05
    end as change_is_real
from stated
left join stretch
    on
        stated.objective_id = stretch.objective_id
        and stated.region_code = stretch.region_code
left join ends
    on
        stated.objective_id = ends.objective_id
        and stated.region_code = ends.region_code
left join {{ ref('int_trend') }} as trend
    on
        stated.indicator_id = trend.indicator_id
        and stated.region_code = trend.region_code
        and stated.period_type = trend.period_type
        and (stated.kind != 'every_wijk' or stated.is_wijk)
