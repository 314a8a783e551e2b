{# The plan as the workspace's files tell it: every row is a line of them. #}
{% set lines = {
    'dim_action': ('action', [action_id('line.plan_id', 'line.row_number')]),
    'dim_agenda': ('agenda', ['line.plan_id', 'line.opgave', 'line.moment_text', 'line.subject', 'line.body']),
    'dim_choice': ('choice', ['line.plan_id', 'line.programme', 'line.choice']),
    'dim_opgave': ('opgave', ['line.plan_id', 'line.opgave']),
    'dim_plan': ('plan', ['line.plan_id']),
    'dim_plan_indicator': ('plan_indicator', ['line.plan_id', 'line.indicator_id']),
    'dim_risk': ('risk', ['line.plan_id', 'line.opgave', 'line.risk']),
    'dim_maatregel': ('maatregel', ['line.objective_id', 'line.maatregel_order']),
} %}
with objective as (
    select * from {{ ref('stg_municipal__objective') }}
),

naming_plan as (
    select
        plan_id,
        source_id,
        dataset_id,
        snapshot_id,
        list(row_number order by row_number) as row_numbers
    from objective
    where plan_id is not null
    group by plan_id, source_id, dataset_id, snapshot_id
),

naming_opgave as (
    select
        plan_id,
        opgave,
        source_id,
        dataset_id,
        snapshot_id,
        list(row_number order by row_number) as row_numbers
    from objective
    where opgave is not null
    group by plan_id, opgave, source_id, dataset_id, snapshot_id
),

opgave_indicator as (
    select distinct
        plan_id,
        opgave,
        unnest(indicators) as indicator_id
    from {{ ref('stg_municipal__opgave') }}
),

-- of * the objectives that name the indicator
steered_on as (
    select
        served.action_id,
        served.indicator_id,
        objective.objective_id,
        objective.version
    from {{ ref('dim_action_indicator') }} as served
    inner join {{ ref('stg_municipal__action') }} as action
        on
            served.action_id = {{ action_id('action.plan_id', 'action.row_number') }}
            and list_contains(action.indicators, '*')
    inner join {{ ref('dim_objective') }} as objective
        on
            served.indicator_id = objective.indicator_id
            and coalesce(action.plan_id = objective.plan_id, true)
)
{% for table, (raw_table, key) in lines.items() %}
{{ rests_on_raw(table, row_key(key), "'line'", "'" ~ raw_table ~ "'", 'line', '[line.row_number]') }}
from {{ ref('stg_municipal__' ~ raw_table) }} as line

union all
{% endfor %}
{{ rests_on_raw(
    'dim_narrative', row_key(['line.objective_id', 'line.section']), "'line'", "'narrative'", 'line',
    '[line.row_number]'
) }}
from {{ ref('stg_municipal__narrative') }} as line
where line.text is not null

union all

{{ rests_on_raw(
    'dim_plan', row_key(['naming_plan.plan_id']), "'named_by'", "'objective'", 'naming_plan', 'naming_plan.row_numbers'
) }}
from naming_plan

union all

{{ rests_on_raw(
    'dim_opgave', row_key(['naming_opgave.plan_id', 'naming_opgave.opgave']), "'named_by'", "'objective'",
    'naming_opgave', 'naming_opgave.row_numbers'
) }}
from naming_opgave

union all

{{ rests_on_row(
    'dim_opgave_indicator', row_key(['plan_id', 'opgave', 'indicator_id']), "'line'",
    'dim_opgave', row_key(['plan_id', 'opgave'])
) }}
from opgave_indicator

union all

{{ rests_on_row(
    'dim_action_indicator', row_key(['action_id', 'indicator_id']), "'action'", 'dim_action', row_key(['action_id'])
) }}
from {{ ref('dim_action_indicator') }}

union all

{{ rests_on_row(
    'dim_action_indicator', row_key(['action_id', 'indicator_id']), "'steered_on'",
    'dim_objective', row_key(['objective_id', 'version'])
) }}
from steered_on
