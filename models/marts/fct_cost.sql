{# Users and cost per wet and category; the row without a category is the whole, in which every user counts once. #}
select
    wet,
    category,
    period_id,
    users,
    cost,
    {{ euros('cast(cost as double) / nullif(users, 0)') }} as cost_per_user,
    is_synthetic,
    source,
    snapshot_id
from {{ ref('int_cost') }}
order by wet, period_id, category nulls first
