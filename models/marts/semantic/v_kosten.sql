{#
    Money in two sorts of rows that are never added to each other: lines of the budget, and what a wet costs. Of a wet and
    year that fct_cost tells, that is the whole year; of the one that is under way, fct_care_outlook tells what was spent
    until now and what it will come to.
#}
with parameter as (
    select * from {{ ref('stg_run__parameter') }}
),

told as (
    select
        coalesce(label.wet, replace(lower(cost.wet), ' ', '_')) as wet_key,
        cost.*
    from {{ ref('fct_cost') }} as cost
    left join {{ ref('wet_labels') }} as label on cost.wet = label.name_nl
    where cost.category is null
),

-- one name for all years of a wet: that of fct_cost
spelling as (
    select
        wet_key,
        min(wet) as wet
    from told
    group by wet_key
),

-- all acts together would be added to its parts
outlook as (
    select * from {{ ref('fct_care_outlook') }}
    where wet != 'totaal'
),

use_of_wet as (
    select
        care.wet,
        care.period_id,
        care.clients,
        care.is_synthetic
    from {{ ref('fct_care_use') }} as care
    inner join parameter on care.region_code = parameter.workspace_gemeente
    where
        care.category = 'totaal'
        and care.form = 'totaal'
        and care.referrer = 'totaal'
),

year as (
    select
        coalesce(told.wet, spelling.wet, label.name_nl, outlook.wet) as wet,
        coalesce(told.period_id, outlook.period_id) as period_id,
        outlook.budget,
        told.cost as actual,
        case when told.wet is null then outlook.cost_to_date end as spent_so_far,
        case when told.wet is null then outlook.outlook end as forecast,
        case when told.wet is null then outlook.covered_through end as covered_through,
        case when told.wet is null then use_of_wet.clients else told.users end as clients,
        told.cost_per_user,
        coalesce(told.source, 'Eigen registraties') as source,
        coalesce(told.is_synthetic, false)
        or coalesce(outlook.is_synthetic, false)
        or coalesce(use_of_wet.is_synthetic, false) as is_synthetic
    from told
    full join outlook
        on
            told.wet_key = outlook.wet
            and told.period_id = outlook.period_id
    left join spelling on outlook.wet = spelling.wet_key
    left join {{ ref('wet_labels') }} as label on outlook.wet = label.wet
    left join use_of_wet
        on
            outlook.wet = use_of_wet.wet
            and outlook.period_id = use_of_wet.period_id
            and told.wet is null
)

select
    'begroting' as soort,
    plan_id,
    programme as programma,
    budget_line as begrotingspost,
    opgave,
    cast(null as string) as wet,
    period_id as periode,
    basis as grondslag,
    budget as begroot,
    actual as werkelijk,
    cast(null as decimal(18, 2)) as besteed_tot_nu,
    cast(null as date) as besteed_tot_en_met,
    forecast as prognose,
    cast(coalesce(actual, forecast) - budget as decimal(18, 2)) as verschil,
    cast(null as bigint) as clienten,
    cast(null as decimal(18, 2)) as kosten_per_client,
    source as bron,
    is_synthetic as is_synthetisch
from {{ ref('fct_budget') }}

union all

select
    'wet' as soort,
    cast(null as string) as plan_id,
    cast(null as string) as programma,
    cast(null as string) as begrotingspost,
    cast(null as string) as opgave,
    wet,
    period_id as periode,
    cast(null as string) as grondslag,
    budget as begroot,
    actual as werkelijk,
    spent_so_far as besteed_tot_nu,
    covered_through as besteed_tot_en_met,
    forecast as prognose,
    cast(coalesce(actual, forecast) - budget as decimal(18, 2)) as verschil,
    cast(clients as bigint) as clienten,
    cost_per_user as kosten_per_client,
    source as bron,
    is_synthetic as is_synthetisch
from year
