{#
    How far every objective has come, judged at every measurement since its baseline. One row per version, region and
    period.

        attainment  A = (y_t - y_0) / (y_T - y_0)      way gone, of the way to go
        expected    E = (t - t_0) / (T - t_0)          part of the time gone; compounding for yearly_growth
        ratio       R = A / E

    Distances to a band (kinds band and hold) are measured from its nearest edge. The target test comes first. The
    bounds of the ratio (0.95, 0.60, 0) are those of the progress method that Eurostat and Open SDG use. Every-wijk
    objectives are judged per wijk here; their gemeente row is made in fct_objective_attainment.
#}
with parameter as (
    select * from {{ ref('stg_run__parameter') }}
),

objective as (
    select int_objective.*
    from {{ ref('int_objective') }} as int_objective
    cross join parameter
    where int_objective.valid_from <= parameter.as_of or int_objective.is_current
),

point as (
    select
        value.indicator_id,
        value.region_code,
        value.period_id,
        {{ period_type('value.period_id') }} as period_type,
        {{ period_time('value.period_id') }} as t,
        {{ period_end('value.period_id') }} as last_day,
        value.value,
        value.is_synthetic,
        value.snapshot_id
    from {{ ref('int_indicator_value') }} as value
    where
        value.value is not null
        and value.indicator_id in (select objective.indicator_id from objective)
),

-- wijken of the gemeente: those of the newest list that has any, and any other that is measured
listed_wijk as (
    select
        region.region_code,
        rank() over (order by dataset.period_id desc nulls last) as age
    from {{ ref('stg_cbs__region') }} as region
    inner join parameter on region.parent_code = parameter.workspace_gemeente
    left join {{ ref('stg_run__dataset') }} as dataset
        on
            region.source_id = dataset.source_id
            and region.dataset_id = dataset.dataset_id
    where region.region_type = 'wijk'
),

wijk as (
    select
        objective.objective_id,
        objective.version,
        listed_wijk.region_code
    from objective
    cross join listed_wijk
    where
        objective.kind = 'every_wijk'
        and listed_wijk.age = 1
    union
    select
        objective.objective_id,
        objective.version,
        point.region_code
    from objective
    inner join point on objective.indicator_id = point.indicator_id
    inner join parameter on point.region_code like 'WK' || substr(parameter.workspace_gemeente, 3) || '%'
    where objective.kind = 'every_wijk'
),

first_measured as (
    select
        indicator_id,
        region_code,
        period_type,
        min_by(value, t) as value,
        min_by(period_id, t) as period_id
    from point
    group by indicator_id, region_code, period_type
),

-- a wijk starts from its own figure of the baseline's period, else from the plan's, else from its first own figure
place as (
    select
        objective.*,
        objective.baseline_value as y0,
        objective.baseline_period_id as period0,
        parameter.workspace_gemeente as region_code,
        false as is_wijk,
        cast(null as string) as baseline_figure_period_id
    from objective
    cross join parameter
    union all
    select
        objective.*,
        coalesce(at_baseline.value, objective.baseline_value, first_measured.value) as y0,
        case
            when at_baseline.value is null and objective.baseline_value is null then first_measured.period_id
            else objective.baseline_period_id
        end as period0,
        wijk.region_code,
        true as is_wijk,
        case
            when at_baseline.value is not null then objective.baseline_period_id
            when objective.baseline_value is null then first_measured.period_id
        end as baseline_figure_period_id
    from wijk
    inner join objective
        on
            wijk.objective_id = objective.objective_id
            and wijk.version = objective.version
    left join point as at_baseline
        on
            objective.indicator_id = at_baseline.indicator_id
            and wijk.region_code = at_baseline.region_code
            and objective.baseline_period_id = at_baseline.period_id
    left join first_measured
        on
            objective.indicator_id = first_measured.indicator_id
            and wijk.region_code = first_measured.region_code
            and objective.period_type = first_measured.period_type
),

started as (
    select
        *,
        {{ period_time('period0') }} as t0
    from place
),

-- y and t of now (y, t), of the start (y0, t0) and of the target (y1, t1)
measured as (
    select
        started.objective_id,
        started.version,
        started.plan_id,
        started.indicator_id,
        started.kind,
        started.is_open,
        started.is_current as is_current_version,
        started.is_wijk,
        started.region_code,
        started.period_type,
        started.period0,
        started.baseline_figure_period_id,
        started.target_period_id,
        started.rhythm,
        started.target_rule / 100 as growth,
        started.margin,
        0.5 / power(10, coalesce(started.decimals, 0)) as half_unit,
        coalesce(started.decimals, 0) as decimals,
        case started.direction when 'up' then 1 when 'down' then -1 end as direction_sign,
        point.period_id,
        point.value as y,
        started.y0,
        started.target_value as y1,
        point.t,
        started.t0,
        {{ period_time('started.target_period_id') }} as t1,
        coalesce(point.is_synthetic, false) as is_synthetic,
        coalesce(point.snapshot_id, started.snapshot_id) as snapshot_id
    from started
    left join point
        on
            started.indicator_id = point.indicator_id
            and started.region_code = point.region_code
            and started.period_type = point.period_type
            and (started.t0 is null or started.t0 <= point.t)
            and (started.next_valid_from is null or started.next_valid_from > point.last_day)
            -- the gemeente's own figure says nothing about every wijk: it only marks the start
            and (started.kind != 'every_wijk' or started.is_wijk or started.period0 = point.period_id)
),

latest as (
    select
        *,
        t is null
        or t = max(t) over (partition by objective_id, version, region_code) as is_latest
    from measured
),

-- how far each figure lies outside the target: 0 is met
distance as (
    select
        *,
        {% for name, figure in [('gap', 'y'), ('gap_rounded', rounded('y', 'decimals')), ('gap_at_start', 'y0')] %}
        {% call rounded_to(9) -%}
        case
            when kind in ('hold', 'band') then greatest(abs({{ figure }} - y1) - margin, 0)
            else greatest((y1 - {{ figure }}) * direction_sign, 0)
        end
        {%- endcall %} as {{ name }},
        {% endfor %}
        case when kind = 'band' then y1 - margin * sign(y1 - y0) else y1 end as goal
    from latest
),

located as (
    select
        *,
        t <= t0 as is_at_start,
        case when kind = 'directional' then (y - y0) * direction_sign > 0 else gap = 0 end as is_met,
        gap_rounded <= {{ rounded('half_unit', 9) }} as is_on_edge,
        -- where the start met the target already there is no way to go, and any miss is a step back
        coalesce(gap_at_start > 0 and t0 is not null, false) as has_way,
        -- a target that leans on the baseline cannot be tested by the baseline itself, nor every wijk by its gemeente
        (t <= t0 and kind in ('not_above_baseline', 'hold', 'directional'))
        or (kind = 'every_wijk' and not is_wijk) as is_untestable
    from distance
),

paced as (
    select
        *,
        {% call rounded_to(12) -%}
        case
            when has_way and kind in ('hold', 'band') then 1 - gap / gap_at_start
            when has_way and y = y0 then 0.0  -- and not -0.0
            when has_way then (y - y0) / (y1 - y0)
        end
        {%- endcall %} as attainment,
        case
            when has_way and t1 <= t0 then 1.0
            when has_way and kind = 'yearly_growth'
                then (power(1 + growth, t - t0) - 1) / (power(1 + growth, t1 - t0) - 1)
            when has_way then (t - t0) / (t1 - t0)
        end as expected
    from located
),

rated as (
    select
        *,
        case
            when is_at_start then y0
            when has_way then y0 + expected * (goal - y0)
            when t > t0 then y1
        end as expected_value,
        -- rounded, so that 0.475 / 0.5 is 0.95 and not a hair less
        {{ rounded('case when not is_at_start then attainment / expected end', 9) }} as ratio
    from paced
),

judged as (
    select
        *,
        case
            when kind = 'qualitative' then 'niet meetbaar'
            when is_open then 'doel nog open'
            when y0 is null or t0 is null then 'geen nulmeting'
            when y is null then 'geen nieuwe meting'
            when is_met and not is_untestable then 'behaald'
            when is_on_edge and not is_untestable then 'op de grens'
            when is_at_start then 'geen nieuwe meting'
            when ratio >= 0.95 then 'op koers'
            when ratio >= 0.60 then 'achter op schema'
            when ratio >= 0 then 'ver achter'
            else 'verkeerde richting'
        end as status
    from rated
),

-- the outlook's line in the target period, with its own uncertainty
foreseen as (
    select
        judged.*,
        -- from 60 on the distribution hardly changes: more count as 60, a hair closer to even chances
        least(trend.n_points - 2, 60) as df,
        {{ fitted_line('trend', 'judged.t1') }} as line,
        {{ prediction_error('trend', 'judged.t1') }} as scale,
        trend.t_975
    from judged
    left join {{ ref('int_trend') }} as trend
        on
            judged.indicator_id = trend.indicator_id
            and judged.region_code = trend.region_code
            and judged.period_type = trend.period_type
            and judged.t1 > trend.last_t
            and judged.is_latest
            and not judged.is_open
            -- the gemeente's own line says nothing about every wijk
            and (judged.kind != 'every_wijk' or judged.is_wijk)
),

-- the bounds of the target, counted from the line: a level has one, a band has two
bounded as (
    select
        *,
        (case when kind in ('hold', 'band') then y1 - margin when direction_sign = 1 then y1 end - line)
        / nullif(scale, 0) as lower_bound,
        (case when kind in ('hold', 'band') then y1 + margin when direction_sign = -1 then y1 end - line)
        / nullif(scale, 0) as upper_bound
    from foreseen
)

select
    objective_id,
    version,
    plan_id,
    region_code,
    is_wijk,
    period_id,
    indicator_id,
    kind,
    rhythm,
    y0 as baseline_value,
    period0 as baseline_period_id,
    y1 as target_value,
    target_period_id,
    y as current_value,
    expected_value,
    attainment,
    ratio,
    status,
    case
        when lower_bound is null and upper_bound is null then null
        else
            coalesce({{ student_t_cdf('upper_bound', 'df') }}, 1.0)
            - coalesce({{ student_t_cdf('lower_bound', 'df') }}, 0.0)
    end as probability,
    line as target_outlook_value,
    line - t_975 * scale as target_outlook_low,
    line + t_975 * scale as target_outlook_high,
    -- how the line of the outlook stands to the target, by the same rule as a figure
    case kind
        when 'hold' then {{ rounded('abs(line - y1) - margin', 9) }} > 0
        when 'band' then {{ rounded('abs(line - y1) - margin', 9) }} > 0
        when 'directional' then {{ rounded('(line - y0) * direction_sign', 9) }} <= 0
        else {{ rounded('(y1 - line) * direction_sign', 9) }} > 0
    end as misses_target,
    t,
    is_latest,
    is_current_version,
    is_synthetic,
    snapshot_id,
    -- the period of the wijk's own figure from which it starts; null where it starts from that of the objective
    baseline_figure_period_id
from bounded
