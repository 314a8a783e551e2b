{#
    The views for analysts: each of their rows shows rows of the marts, and rests on those. Names and units, which views take
    from dimensions, are no figures: the rows of the marts lead to them.
#}
{% set bbv = row_key(['shown.indicator_id', 'shown.gemeentecode', 'shown.periode']) %}
{% set wijk = row_key(['shown.indicator_id', 'shown.wijkcode', 'shown.periode']) %}
{% set money = row_key([
    'shown.soort', 'shown.plan_id', 'shown.programma', 'shown.begrotingspost', 'shown.opgave', 'shown.wet',
    'shown.periode', 'shown.grondslag'
]) %}
with bbv as (
    select * from {{ ref('v_bbv') }}
),

doel as (
    select
        shown.*,
        verdict.version,
        verdict.region_code,
        verdict.period_id
    from {{ ref('v_doelen') }} as shown
    inner join {{ ref('fct_objective_attainment') }} as verdict
        on
            shown.doel_id = verdict.objective_id
            and verdict.is_current
),

money as (
    select * from {{ ref('v_kosten') }}
),

wet_of as (
    select distinct
        cost.wet,
        coalesce(label.wet, replace(lower(cost.wet), ' ', '_')) as wet_key
    from {{ ref('fct_cost') }} as cost
    left join {{ ref('wet_labels') }} as label on cost.wet = label.name_nl
    union
    select
        name_nl as wet,
        wet as wet_key
    from {{ ref('wet_labels') }}
),

parameter as (
    select * from {{ ref('stg_run__parameter') }}
)

{{ rests_on_row(
    'v_bbv', bbv, "'value'",
    'fct_indicator_value', value_key('shown.indicator_id', 'shown.gemeentecode', 'shown.periode')
) }}
from bbv as shown

union all

{{ rests_on_row('v_bbv', bbv, "'benchmark'", 'fct_indicator_benchmark', bbv) }}
from bbv as shown
where shown.rang is not null

union all

{{ rests_on_row(
    'v_bbv', bbv, "'trend'", 'fct_indicator_trend', row_key(['shown.indicator_id', 'shown.gemeentecode'])
) }}
from bbv as shown
where shown.trend is not null

union all

{{ rests_on_row(
    'v_doelen', row_key(['doel.doel_id']), "'verdict'",
    'fct_objective_attainment', row_key(['doel.doel_id', 'doel.version', 'doel.region_code', 'doel.period_id'])
) }}
from doel

union all

{{ rests_on_row(
    'v_doelen', row_key(['doel.doel_id']), "'outlook'",
    'fct_objective_outlook', row_key(['doel.doel_id', 'doel.region_code'])
) }}
from doel
inner join {{ ref('fct_objective_outlook') }} as outlook
    on
        doel.doel_id = outlook.objective_id
        and doel.region_code = outlook.region_code

union all

{{ rests_on_row(
    'v_wijken', wijk, "'value'",
    'fct_indicator_value', value_key('shown.indicator_id', 'shown.wijkcode', 'shown.periode')
) }}
from {{ ref('v_wijken') }} as shown

union all

{{ rests_on_row(
    'v_wijken', wijk, "'gemeente'",
    'fct_indicator_value', value_key('shown.indicator_id', 'shown.gemeentecode', 'shown.periode')
) }}
from {{ ref('v_wijken') }} as shown
where shown.waarde_gemeente is not null

union all

{{ rests_on_row(
    'v_kosten', money, "'line'", 'fct_budget',
    row_key([
        'shown.plan_id', 'shown.programma', 'shown.begrotingspost', 'shown.opgave', 'shown.periode', 'shown.grondslag'
    ])
) }}
from money as shown
where shown.soort = 'begroting'

union all

{{ rests_on_row(
    'v_kosten', money, "'cost'", 'fct_cost', row_key(['cost.wet', 'cost.category', 'cost.period_id'])
) }}
from money as shown
inner join {{ ref('fct_cost') }} as cost
    on
        shown.soort = 'wet'
        and cost.category is null
        and shown.wet = cost.wet
        and shown.periode = cost.period_id

union all

{{ rests_on_row(
    'v_kosten', money, "'outlook'", 'fct_care_outlook', row_key(['outlook.wet', 'outlook.period_id'])
) }}
from money as shown
inner join wet_of
    on
        shown.soort = 'wet'
        and shown.wet = wet_of.wet
inner join {{ ref('fct_care_outlook') }} as outlook
    on
        wet_of.wet_key = outlook.wet
        and shown.periode = outlook.period_id

union all

{{ rests_on_row(
    'v_kosten', money, "'clients'", 'fct_care_use',
    row_key(['wet_of.wet_key', "'totaal'", "'totaal'", "'totaal'", 'parameter.workspace_gemeente', 'shown.periode'])
) }}
from money as shown
inner join wet_of
    on
        shown.soort = 'wet'
        and shown.wet = wet_of.wet
cross join parameter
where
    shown.besteed_tot_en_met is not null
    and shown.clienten is not null
