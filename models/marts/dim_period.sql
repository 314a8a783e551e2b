with mentioned as (
    select period_id from {{ ref('int_indicator_value') }}
    union
    select period_id from {{ ref('fct_indicator_revision') }}
    union
    select baseline_period_id from {{ ref('int_objective') }}
    union
    select target_period_id from {{ ref('int_objective') }}
    union
    select outlook_period_id from {{ ref('fct_indicator_trend') }}
    union
    select outlook_period_id from {{ ref('fct_objective_outlook') }}
    union
    select period_id from {{ ref('fct_budget') }}
    union
    select period_id from {{ ref('fct_cost') }}
    union
    select period_id from {{ ref('int_registration_cell') }}
    union
    select period_id from {{ ref('fct_care_printed') }}
    union
    select effect_period_id from {{ ref('dim_maatregel') }}
)

select
    period_id,
    {{ period_type('period_id') }} as period_type,
    {{ period_start('period_id') }} as start_date,
    {{ period_end('period_id') }} as end_date
from mentioned
where period_id is not null
order by period_id
