{# Objectives, the verdicts on them and where they are going. #}
{% set verdict = row_key(['verdict.objective_id', 'verdict.version', 'verdict.region_code', 'verdict.period_id']) %}
{% set outlook = row_key(['change.objective_id', 'change.region_code']) %}
with objective as (
    select * from {{ ref('int_objective') }}
),

parameter as (
    select * from {{ ref('stg_run__parameter') }}
),

verdict as (
    select * from {{ ref('int_objective_verdict') }}
),

change as (
    select * from {{ ref('int_objective_change') }}
),

point as (
    select * from {{ ref('int_series') }}
),

wijk as (
    select
        objective_id,
        version,
        region_code,
        period_id,
        deciding_region_code,
        unnest(wijken) as wijk
    from verdict
),

wijk_verdict as (
    select
        wijk.*,
        part.region_code as wijk_code,
        part.period_id as wijk_period_id
    from wijk
    inner join {{ ref('fct_objective_attainment') }} as part
        on
            wijk.objective_id = part.objective_id
            and wijk.version = part.version
            and wijk.wijk.region_code = part.region_code
            and wijk.wijk.period_id is not distinct from part.period_id
),

-- the verdict that stands, in every region
standing as (
    select
        status.objective_id,
        status.region_code,
        part.version,
        part.period_id
    from {{ ref('int_objective_status') }} as status
    inner join {{ ref('fct_objective_attainment') }} as part
        on
            status.objective_id = part.objective_id
            and status.version = part.version
            and status.region_code = part.region_code
            and status.period_id is not distinct from part.period_id
    where
        status.is_current_version
        and status.is_latest
)

{{ rests_on_raw(
    'dim_objective', row_key(['objective.objective_id', 'objective.version']), "'line'", "'objective'",
    'objective', '[objective.row_number]'
) }}
from objective

union all

{{ rests_on_row(
    'dim_objective', row_key(['objective.objective_id', 'objective.version']), "'baseline'",
    'fct_indicator_value',
    value_key('objective.indicator_id', 'parameter.workspace_gemeente', 'objective.baseline_period_id')
) }}
from objective
cross join parameter
where
    objective.baseline_origin in ('measured', 'first')
    and objective.baseline_value is not null

union all

{{ rests_on_row(
    'fct_objective_attainment', verdict, "'objective'",
    'dim_objective', row_key(['verdict.objective_id', 'verdict.version'])
) }}
from verdict

union all

{{ rests_on_row(
    'fct_objective_attainment', verdict, "'current'",
    'fct_indicator_value', value_key('verdict.indicator_id', 'verdict.region_code', 'verdict.period_id')
) }}
from verdict
where
    verdict.deciding_region_code is null
    and verdict.current_value is not null

union all

{{ rests_on_row(
    'fct_objective_attainment', verdict, "'baseline'",
    'fct_indicator_value', value_key('verdict.indicator_id', 'verdict.region_code', 'verdict.baseline_figure_period_id')
) }}
from verdict
where verdict.baseline_figure_period_id is not null

union all

{{ rests_on_row(
    'fct_objective_attainment',
    row_key(['objective_id', 'version', 'region_code', 'period_id']),
    "case wijk_code when deciding_region_code then 'deciding_wijk' else 'wijk' end",
    'fct_objective_attainment', row_key(['objective_id', 'version', 'wijk_code', 'wijk_period_id'])
) }}
from wijk_verdict

union all

{{ rests_on_row(
    'fct_objective_attainment', verdict, "'course'", 'fct_indicator_value', series_value_key('point')
) }}
from verdict
inner join change
    on
        verdict.objective_id = change.objective_id
        and verdict.version = change.version
        and verdict.region_code = change.region_code
inner join point
    on
        change.indicator_id = point.indicator_id
        and change.region_code = point.region_code
        and change.period_type = point.period_type
where verdict.probability is not null

union all

{{ rests_on_row(
    'fct_objective_outlook', outlook, "'objective'",
    'dim_objective', row_key(['change.objective_id', 'change.version'])
) }}
from change

union all

{{ rests_on_row(
    'fct_objective_outlook', row_key(['objective_id', 'region_code']), "'verdict'",
    'fct_objective_attainment', row_key(['objective_id', 'version', 'region_code', 'period_id'])
) }}
from standing

union all

{{ rests_on_row(
    'fct_objective_outlook', outlook, "'point'", 'fct_indicator_value', series_value_key('point')
) }}
from change
inner join point
    on
        change.indicator_id = point.indicator_id
        and change.region_code = point.region_code
        and change.period_type = point.period_type
where change.n_points > 0

union all

{{ rests_on_row(
    'fct_objective_outlook', outlook, "'wijk'",
    'fct_objective_outlook', row_key(['wijk.objective_id', 'wijk.region_code'])
) }}
from change
inner join change as wijk
    on
        change.objective_id = wijk.objective_id
        and not change.is_wijk
        and wijk.is_wijk

union all

{{ rests_on_row(
    'fct_objective_outlook', outlook, "'maatregel'",
    'dim_maatregel', row_key(['maatregel.objective_id', 'maatregel.maatregel_order'])
) }}
from change
inner join {{ ref('dim_maatregel') }} as maatregel
    on
        change.objective_id = maatregel.objective_id
        and not change.is_wijk
