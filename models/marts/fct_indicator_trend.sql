{#
    The last unbroken stretch of every indicator in every region. Where figures come per year and per half-year, the
    type of period with most points speaks; of equals the year.
#}
with stretch as (
    select
        indicator_id,
        region_code,
        period_type,
        count(*) as n_points,
        min_by(period_id, t) as window_start,
        max_by(period_id, t) as window_end,
        max(t) as last_t,
        bool_or(is_indicative) as is_indicative,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_series') }}
    group by indicator_id, region_code, period_type
),

ranked as (
    select
        *,
        row_number() over (
            partition by indicator_id, region_code
            order by n_points desc, (period_type = 'year') desc, period_type asc
        ) as place
    from stretch
),

foreseen as (
    select
        ranked.*,
        trend.slope,
        trend.s,
        trend.p_value,
        {{ fitted_line('trend', 'ranked.last_t + 1') }} as outlook_value,
        trend.t_975 * {{ prediction_error('trend', 'ranked.last_t + 1') }} as half_width
    from ranked
    left join {{ ref('int_trend') }} as trend
        on
            ranked.indicator_id = trend.indicator_id
            and ranked.region_code = trend.region_code
            and ranked.period_type = trend.period_type
    where ranked.place = 1
)

select
    indicator_id,
    region_code,
    cast(n_points as integer) as n_points,
    window_start,
    window_end,
    slope,
    p_value,
    {{ trend_direction('p_value', 's') }} as trend,
    outlook_value,
    outlook_value - half_width as outlook_low,
    outlook_value + half_width as outlook_high,
    case when outlook_value is not null then {{ period_a_year_later('window_end') }} end as outlook_period_id,
    is_indicative,
    is_synthetic
from foreseen
order by indicator_id, region_code
