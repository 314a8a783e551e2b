{#
    The municipality's own registrations: cells of the seal, by the columns that tell them apart, and the exports of
    which it tells. Beyond the seal are persons; nothing here leads to them.
#}
{% set care = {
    'fct_care_use': (['clients'], ['wet', 'category', 'form', 'referrer', 'region_code', 'period_id'], []),
    'fct_care_cost': (['cost', 'clients'], ['wet', 'category', 'form', 'referrer', 'region_code', 'period_id'], []),
    'fct_care_flow': (
        ['standing_begin', 'inflow', 'outflow', 'standing_end'], ['wet', 'category', 'region_code', 'period_id'],
        ['form', 'referrer']
    ),
    'fct_care_outlook': (
        ['cost', 'cost_same_months'], ['wet', 'period_id'], ['category', 'form', 'referrer', 'wijk']
    ),
} %}
with cell as (
    select * from {{ ref('int_registration_cell') }}
),

outlook as (
    select
        wet,
        period_id,
        unnest(course_years) as course_year
    from {{ ref('int_care_outlook') }}
)
{% for table, (measures, key, whole) in care.items() %}
{% set columns = [] %}
{% for column in key %}{% do columns.append('fact.' ~ column) %}{% endfor %}
{{ rests_on_raw(table, row_key(columns), 'cell.measure', "'registration_cell'", 'cell', '[cell.row_number]') }}
from {{ ref(table) }} as fact
inner join cell
    on
        cell.subject = 'care'
        and cell.measure in ({{ quoted_list(measures) }})
        and cell.n_provisions = 'totaal'
        {%- for column in whole %}
        and cell.{{ column }} = 'totaal'
        {%- endfor %}
        {%- for column in key %}
        and fact.{{ column }} = cell.{{ column }}
        {%- endfor %}

union all
{% endfor %}
{{ rests_on_raw(
    'fct_care_outlook', row_key(['outlook.wet', 'outlook.period_id']), "'course_' || cell.measure",
    "'registration_cell'", 'cell', '[cell.row_number]'
) }}
from outlook
inner join cell
    on
        outlook.wet = cell.wet
        and outlook.course_year = cell.period_id
        and cell.subject = 'care'
        and cell.measure in ('cost', 'cost_same_months')
        and cell.category = 'totaal'
        and cell.form = 'totaal'
        and cell.referrer = 'totaal'
        and cell.wijk = 'totaal'
        and cell.n_provisions = 'totaal'

union all

{{ rests_on_row(
    'fct_care_outlook', row_key(['fact.wet', 'fact.period_id']), "'budget'",
    'fct_budget',
    row_key(['line.plan_id', 'line.programme', 'line.budget_line', 'line.opgave', 'line.period_id', 'line.basis'])
) }}
from {{ ref('fct_care_outlook') }} as fact
inner join {{ ref('stg_municipal__budget') }} as line
    on
        fact.wet = line.wet
        and fact.period_id = line.period_id
where
    fact.budget is not null
    and line.budget is not null

union all

{{ rests_on_raw(
    'fct_care_stacking', row_key(['fact.wet', 'fact.n_provisions', 'fact.period_id']), 'cell.measure',
    "'registration_cell'", 'cell', '[cell.row_number]'
) }}
from {{ ref('fct_care_stacking') }} as fact
inner join cell
    on
        fact.wet = cell.wet
        and fact.n_provisions = cell.n_provisions
        and fact.period_id = cell.period_id
        and cell.subject = 'care'
        and cell.measure = 'clients'
        and cell.n_provisions != 'totaal'

union all

{{ rests_on_raw(
    'fct_registration_count',
    row_key(['fact.subject', 'fact.measure', 'fact.wet', 'fact.category', 'fact.period_id']), "'count'",
    "'registration_cell'", 'cell', '[cell.row_number]'
) }}
from {{ ref('fct_registration_count') }} as fact
inner join cell
    on
        fact.subject = cell.subject
        and fact.measure = cell.measure
        and fact.wet = cell.wet
        and fact.category = cell.category
        and fact.period_id = cell.period_id
        and cell.form = 'totaal'
        and cell.referrer = 'totaal'
        and cell.wijk = 'totaal'
        and cell.n_provisions = 'totaal'

union all

{{ rests_on_raw(
    'fct_care_printed',
    row_key(['fact.wet', 'fact.category', 'fact.form', 'fact.period_id', 'fact.measure', 'fact.source']),
    "'printed'", "'printed_care'", 'line', '[line.row_number]'
) }}
from {{ ref('fct_care_printed') }} as fact
inner join {{ ref('stg_municipal__printed_care') }} as line
    on
        fact.wet = line.wet
        and lower(fact.category) = lower(line.category)
        and fact.form = line.form
        and fact.period_id = line.period_id
        and fact.measure = line.measure
        and fact.source is not distinct from line.source

union all

{{ rests_on_raw(
    'fct_care_printed',
    row_key(['fact.wet', 'fact.category', 'fact.form', 'fact.period_id', 'fact.measure', 'fact.source']),
    "'computed'", "'registration_cell'", 'cell', '[cell.row_number]'
) }}
from {{ ref('fct_care_printed') }} as fact
inner join cell
    on
        fact.wet = cell.wet
        and fact.category = cell.category
        and fact.form = cell.form
        and fact.period_id = cell.period_id
        and fact.measure = cell.measure
        and cell.subject = 'care'
        and cell.referrer = 'totaal'
        and cell.wijk = 'totaal'
        and cell.n_provisions = 'totaal'

union all

{{ rests_on_raw(
    'dim_registration_file', row_key(['file.original_id']), "'told_by'", "'registration_file'", 'file',
    '[file.row_number]'
) }}
from {{ ref('stg_aggregate__file') }} as file
inner join {{ ref('int_registration_seal') }} as seal on file.snapshot_id = seal.snapshot_id
