{# Budget and cost: lines of the workspace's files, and cost as the registrations tell it. #}
{% set budget = row_key([
    'line.plan_id', 'line.programme', 'line.budget_line', 'line.opgave', 'line.period_id', 'line.basis'
]) %}
with line as (
    select
        *,
        list(row_number) over (partition by plan_id, period_id, basis) as row_numbers
    from {{ ref('stg_municipal__budget') }}
),

cost as (
    select * from {{ ref('int_cost') }}
),

parameter as (
    select * from {{ ref('stg_run__parameter') }}
)

{{ rests_on_raw('fct_budget', budget, "'line'", "'budget'", 'line', '[line.row_number]') }}
from line

union all

-- every line of the plan's total, of which the row has a share
{{ rests_on_raw('fct_budget', budget, "'total'", "'budget'", 'line', 'list_sort(line.row_numbers)') }}
from line

union all

{{ rests_on_raw(
    'fct_cost', row_key(['cost.wet', 'cost.category', 'cost.period_id']), "'line'", "'cost'", 'cost',
    '[cost.row_number]'
) }}
from cost
where row_number is not null

union all

{{ rests_on_row(
    'fct_cost', row_key(['cost.wet', 'cost.category', 'cost.period_id']), "'registered'",
    'fct_care_cost',
    row_key(['cost.registered_wet', 'cost.registered_category', "'totaal'", "'totaal'",
        'parameter.workspace_gemeente', 'cost.period_id'])
) }}
from cost
cross join parameter
where cost.registered_wet is not null

union all

{{ rests_on_row(
    'fct_cost_change', row_key(['change.wet', 'change.period_id']),
    "case cost.period_id when change.period_id then 'after' else 'before' end",
    'fct_cost', row_key(['cost.wet', 'cost.category', 'cost.period_id'])
) }}
from {{ ref('fct_cost_change') }} as change
inner join cost
    on
        change.wet = cost.wet
        and cost.period_id in (change.period_id, change.previous_period_id)

union all

{{ rests_on_seed(
    'fct_cost_change', row_key(['change.wet', 'change.period_id']), "'break'",
    "'cost_breaks'", row_key(['break.wet', 'break.break_date'])
) }}
from {{ ref('fct_cost_change') }} as change
inner join {{ ref('cost_breaks') }} as break
    on
        lower(change.wet) = lower(break.wet)
        and contains(change.break_reason, break.reason)
