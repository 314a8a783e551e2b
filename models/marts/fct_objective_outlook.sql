{#
    Where every objective is going: its movement since the start, the line of the outlook one year ahead and in the
    target period, and the same line with the expected effect of the measures told for it added, as a figure of its own.
    An objective whose line misses its target is for the council to decide on; every-wijk objectives are when the line of
    any wijk does.
#}
with foreseen as (
    select
        status.objective_id,
        status.region_code,
        status.target_period_id,
        status.target_outlook_value,
        status.target_outlook_low,
        status.target_outlook_high,
        status.probability,
        status.misses_target,
        status.is_synthetic
    from {{ ref('int_objective_status') }} as status
    where
        status.is_current_version
        and status.is_latest
),

a_year_on as (
    select
        change.objective_id,
        change.region_code,
        {{ period_a_year_later('change.window_end') }} as outlook_period_id,
        {{ fitted_line('trend', 'trend.last_t + 1') }} as outlook_value,
        trend.t_975 * {{ prediction_error('trend', 'trend.last_t + 1') }} as half_width
    from {{ ref('int_objective_change') }} as change
    inner join {{ ref('int_trend') }} as trend
        on
            change.indicator_id = trend.indicator_id
            and change.region_code = trend.region_code
            and change.period_type = trend.period_type
    where change.trend != 'too_few_points'
),

outlook as (
    select
        change.*,
        a_year_on.outlook_period_id,
        a_year_on.outlook_value,
        a_year_on.outlook_value - a_year_on.half_width as outlook_low,
        a_year_on.outlook_value + a_year_on.half_width as outlook_high,
        foreseen.target_period_id,
        foreseen.target_outlook_value,
        foreseen.target_outlook_low,
        foreseen.target_outlook_high,
        foreseen.probability,
        coalesce(
            foreseen.misses_target,
            bool_or(foreseen.misses_target) filter (where change.is_wijk) over (partition by change.objective_id)
        ) as misses_target,
        foreseen.is_synthetic
    from {{ ref('int_objective_change') }} as change
    inner join foreseen
        on
            change.objective_id = foreseen.objective_id
            and change.region_code = foreseen.region_code
    left join a_year_on
        on
            change.objective_id = a_year_on.objective_id
            and change.region_code = a_year_on.region_code
),

-- an effect without a period counts from now on
effect as (
    select
        outlook.objective_id,
        outlook.region_code,
        {{ sum_in_order(
            'maatregel.expected_effect',
            'maatregel.maatregel_order',
            period_time('coalesce(maatregel.effect_period_id, outlook.outlook_period_id)')
            ~ ' <= ' ~ period_time('outlook.outlook_period_id')
        ) }} as a_year_on,
        {{ sum_in_order(
            'maatregel.expected_effect',
            'maatregel.maatregel_order',
            period_time('coalesce(maatregel.effect_period_id, outlook.target_period_id)')
            ~ ' <= ' ~ period_time('outlook.target_period_id')
        ) }} as at_target,
        cast(sum(maatregel.cost) as decimal(18, 2)) as cost,
        bool_or(maatregel.is_synthetic) as is_synthetic
    from outlook
    inner join {{ ref('dim_maatregel') }} as maatregel on outlook.objective_id = maatregel.objective_id
    where not outlook.is_wijk
    group by outlook.objective_id, outlook.region_code
)

select
    outlook.objective_id,
    outlook.version,
    outlook.plan_id,
    outlook.region_code,
    outlook.indicator_id,
    outlook.n_points,
    outlook.window_start,
    outlook.window_end,
    outlook.trend,
    outlook.slope,
    outlook.p_value,
    outlook.change,
    outlook.change_from_period_id,
    outlook.change_to_period_id,
    outlook.change_is_real,
    outlook.outlook_period_id,
    outlook.outlook_value,
    outlook.outlook_low,
    outlook.outlook_high,
    outlook.target_period_id,
    outlook.target_outlook_value,
    outlook.target_outlook_low,
    outlook.target_outlook_high,
    outlook.probability,
    effect.at_target as measures_effect,
    outlook.outlook_value + effect.a_year_on as outlook_with_measures,
    outlook.target_outlook_value + effect.at_target as target_outlook_with_measures,
    effect.cost as measures_cost,
    outlook.misses_target,
    coalesce(outlook.misses_target, false) as is_beslispunt,
    outlook.is_synthetic or coalesce(effect.is_synthetic, false) as is_synthetic
from outlook
left join effect
    on
        outlook.objective_id = effect.objective_id
        and outlook.region_code = effect.region_code
order by outlook.objective_id, outlook.region_code
