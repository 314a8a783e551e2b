{#
    Which indicators an action serves: those that it lists, or for * every indicator by which its plan steers - of its
    objectives, of indicators.csv and of its opgaven. An action without a plan means those of every plan.
#}
with of_plan as (
    select
        plan_id,
        indicator_id
    from {{ ref('stg_municipal__objective') }}
    where indicator_id is not null
    union
    select
        plan_id,
        indicator_id
    from {{ ref('stg_municipal__plan_indicator') }}
    union
    select
        plan_id,
        indicator_id
    from {{ ref('dim_opgave_indicator') }}
),

listed as (
    select
        {{ action_id('plan_id', 'row_number') }} as action_id,
        plan_id,
        indicator.indicator_id
    from {{ ref('stg_municipal__action') }} as action
    cross join lateral unnest(action.indicators) as indicator (indicator_id)
)

select
    action_id,
    indicator_id
from listed
where indicator_id != '*'

union

select
    listed.action_id,
    of_plan.indicator_id
from listed
inner join of_plan on coalesce(listed.plan_id = of_plan.plan_id, true)
where listed.indicator_id = '*'
order by action_id, indicator_id
