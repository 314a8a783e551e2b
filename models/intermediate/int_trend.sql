{#
    What a series of five or more comparable points says: Theil-Sen slope, Mann-Kendall test and the least-squares line
    of the outlook. Sen (1968); Kendall, Rank correlation methods. Time is in years.
#}
with point as (
    select * from {{ ref('int_series') }}
    where n_points >= 5
),

pair as (
    select
        earlier.indicator_id,
        earlier.region_code,
        earlier.period_type,
        later.value - earlier.value as difference,
        later.t - earlier.t as years
    from point as earlier
    inner join point as later
        on
            earlier.indicator_id = later.indicator_id
            and earlier.region_code = later.region_code
            and earlier.period_type = later.period_type
            and earlier.t < later.t
),

paired as (
    select
        indicator_id,
        region_code,
        period_type,
        percentile_cont(0.5) within group (order by difference / years) as slope,
        cast(sum(sign(difference)) as integer) as s,
        count(*) filter (where difference = 0) as n_ties
    from pair
    group by indicator_id, region_code, period_type
),

tied_value as (
    select
        indicator_id,
        region_code,
        period_type,
        count(*) as size
    from point
    group by indicator_id, region_code, period_type, value
),

tied as (
    select
        indicator_id,
        region_code,
        period_type,
        sum(size * (size - 1) * (2 * size + 5)) as correction
    from tied_value
    group by indicator_id, region_code, period_type
),

-- years count from 2000, so that squares stay small and nothing is lost in their difference; in order of time, because
-- sums of floating numbers depend on their order in the last digit and a rebuild must give the same bytes
fitted as (
    select
        indicator_id,
        region_code,
        period_type,
        count(*) as n,
        max(t) as last_t,
        {{ mean_in_order('t', 't') }} as mean_t,
        {{ regression('sxx', 'value', 't - 2000', 't') }} as sxx,
        {{ regression('slope', 'value', 't - 2000', 't') }} as fitted_slope,
        {{ mean_in_order('value', 't') }} as mean_value,
        greatest(
            {{ regression('syy', 'value', 't - 2000', 't') }}
            - {{ regression('slope', 'value', 't - 2000', 't') }} * {{ regression('sxy', 'value', 't - 2000', 't') }},
            0
        ) as squares_left
    from point
    group by indicator_id, region_code, period_type
),

tested as (
    select
        fitted.*,
        paired.slope,
        paired.s,
        paired.n_ties,
        paired.s / sqrt(nullif(fitted.n * (fitted.n - 1) * (2 * fitted.n + 5) - tied.correction, 0) / 18e0) as z
    from fitted
    inner join paired
        on
            fitted.indicator_id = paired.indicator_id
            and fitted.region_code = paired.region_code
            and fitted.period_type = paired.period_type
    inner join tied
        on
            fitted.indicator_id = tied.indicator_id
            and fitted.region_code = tied.region_code
            and fitted.period_type = tied.period_type
)

select
    tested.indicator_id,
    tested.region_code,
    tested.period_type,
    cast(tested.n as integer) as n_points,
    tested.slope,
    tested.s,
    {% call rounded_to(12) -%}
    case
        when tested.s = 0 then 1.0
        when tested.n <= 10 and tested.n_ties = 0 then exact.p_value
        else least(2 * {{ normal_tail('tested.z') }}, 1.0)
    end
    {%- endcall %} as p_value,
    tested.last_t,
    tested.mean_t,
    tested.mean_value,
    tested.sxx,
    tested.fitted_slope,
    sqrt(tested.squares_left / (tested.n - 2)) as residual_sd,
    student_t.t_975
from tested
left join {{ ref('int_mann_kendall_exact') }} as exact
    on tested.n = exact.n and abs(tested.s) = exact.s
left join {{ ref('student_t') }} as student_t
    on least(tested.n - 2, 200) = student_t.df
