{#
    Every version of every objective, with what its plan leaves to the figures filled in: the baseline, once it is
    measured, and the target that follows from it. What stays empty is open, never zero.
#}
with parameter as (
    select * from {{ ref('stg_run__parameter') }}
),

versioned as (
    select
        *,
        cast(row_number() over (partition by objective_id order by valid_from, row_number) as integer) as version,
        lead(valid_from) over (partition by objective_id order by valid_from, row_number) as next_valid_from,
        min(row_number) over (partition by plan_id, opgave) as opgave_place,
        min(row_number) over (partition by objective_id) as objective_place
    from {{ ref('stg_municipal__objective') }}
),

objective as (
    select
        versioned.*,
        parameter.workspace_gemeente,
        dense_rank() over (partition by versioned.plan_id order by versioned.opgave_place) as opgave_order,
        dense_rank() over (partition by versioned.plan_id order by versioned.objective_place) as objective_order,
        -- the last version that has begun; before any has begun the first, so that no objective falls silent
        (versioned.valid_from <= parameter.as_of or versioned.version = 1)
        and coalesce(versioned.next_valid_from > parameter.as_of, true) as is_current
    from versioned
    cross join parameter
),

-- measurements of the gemeente and its wijken
point as (
    select
        value.indicator_id,
        value.region_code,
        value.region_code = parameter.workspace_gemeente as is_gemeente,
        value.period_id,
        {{ period_type('value.period_id') }} as period_type,
        {{ period_time('value.period_id') }} as t,
        value.value
    from {{ ref('int_indicator_value') }} as value
    cross join parameter
    where
        value.value is not null
        and value.indicator_id in (select objective.indicator_id from objective)
        and (
            value.region_code = parameter.workspace_gemeente
            or value.region_code like 'WK' || substr(parameter.workspace_gemeente, 3) || '%'
        )
),

-- without a written baseline the series is the one that is measured most often; years before parts of years
usual as (
    select
        indicator_id,
        period_type,
        row_number() over (
            partition by indicator_id
            order by count(*) desc, (period_type = 'year') desc, period_type asc
        ) as place
    from point
    group by indicator_id, period_type
),

typed as (
    select
        objective.*,
        coalesce({{ period_type('objective.baseline_period_id') }}, usual.period_type) as period_type
    from objective
    left join usual
        on
            objective.indicator_id = usual.indicator_id
            and usual.place = 1
),

first_measured as (
    select
        indicator_id,
        period_type,
        min_by(value, t) as value,
        min_by(period_id, t) as period_id
    from point
    where is_gemeente
    group by indicator_id, period_type
),

-- the plan's own figure; else what was measured in the plan's own period; else, where the plan names no period or the
-- target does not lean on the baseline, the first measurement. Every-wijk objectives have a baseline per wijk: see
-- int_objective_status
based as (
    select
        typed.*,
        case
            when typed.baseline_value is not null then 'written'
            when typed.kind = 'every_wijk' then null
            when at_baseline.value is not null then 'measured'
            when typed.baseline_period_id is null or typed.kind in ('level', 'band') then 'first'
        end as baseline_origin,
        at_baseline.value as value_at_baseline,
        first_measured.value as first_value,
        first_measured.period_id as first_period_id
    from typed
    left join point as at_baseline
        on
            typed.indicator_id = at_baseline.indicator_id
            and typed.baseline_period_id = at_baseline.period_id
            and at_baseline.is_gemeente
    left join first_measured
        on
            typed.indicator_id = first_measured.indicator_id
            and typed.period_type = first_measured.period_type
),

started as (
    select
        *,
        case baseline_origin
            when 'written' then baseline_value
            when 'measured' then value_at_baseline
            when 'first' then first_value
        end as y0,
        case
            when baseline_origin = 'first' then coalesce(first_period_id, baseline_period_id)
            else baseline_period_id
        end as period0
    from based
)

select
    objective_id,
    version,
    plan_id,
    opgave,
    cast(opgave_order as integer) as opgave_order,
    cast(objective_order as integer) as objective_order,
    title,
    result_area,
    indicator_id,
    kind,
    direction,
    y0 as baseline_value,
    period0 as baseline_period_id,
    target_rule,
    -- rounded far below any real decimal, so that 1.1 x 1000 is 1100 and not a hair more
    {% call rounded_to(9) -%}
    case
        when kind in ('level', 'every_wijk', 'band') then target_rule
        when kind = 'absolute_change' then y0 + target_rule
        when kind = 'relative_change' then y0 * (1 + target_rule / 100)
        when kind = 'yearly_growth'
            then y0 * power(1 + target_rule / 100, {{ period_time('target_period_id') }} - {{ period_time('period0') }})
        when kind in ('not_above_baseline', 'hold', 'directional') then y0
    end
    {%- endcall %} as target_value,
    target_period_id,
    margin,
    unit,
    decimals,
    owner,
    instrument,
    rhythm,
    programme,
    source,
    remarks,
    source_id,
    dataset_id,
    snapshot_id,
    row_number,
    -- written, measured (in the plan's own period), first (measurement) or null
    baseline_origin,
    period_type,
    valid_from,
    next_valid_from,
    is_current,
    -- what a kind needs and the plan does not say; without a kind the target has no shape yet
    case kind
        when 'qualitative' then false
        when 'hold' then margin is null
        when 'not_above_baseline' then direction is null
        when 'directional' then direction is null
        when 'band' then target_rule is null or margin is null or target_period_id is null
        else kind is null or target_rule is null or target_period_id is null or direction is null
    end as is_open
from started
