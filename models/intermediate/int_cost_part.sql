{#
    The parts into which the cost of two consecutive years is split: the categories, or the whole where one of the years
    has none. A category that is not there has no users and no cost; one whose users or cost are blank, or that costs
    money without a user, cannot be split.
#}
with category as (
    select
        pair.wet,
        pair.period_id,
        cost.category,
        coalesce(bool_or(cost.period_id = pair.previous_period_id), false) as was_there,
        coalesce(bool_or(cost.period_id = pair.period_id), false) as is_there,
        max(cost.users) filter (where cost.period_id = pair.previous_period_id) as users_before,
        max(cost.cost) filter (where cost.period_id = pair.previous_period_id) as cost_before,
        max(cost.users) filter (where cost.period_id = pair.period_id) as users_after,
        max(cost.cost) filter (where cost.period_id = pair.period_id) as cost_after
    from {{ ref('int_cost_pair') }} as pair
    inner join {{ ref('int_cost') }} as cost
        on
            pair.wet = cost.wet
            and cost.period_id in (pair.previous_period_id, pair.period_id)
            and cost.category is not null
    where pair.is_by_category
    group by pair.wet, pair.period_id, cost.category
),

part as (
    select
        wet,
        period_id,
        category,
        case when was_there then users_before else 0 end as users_before,
        case when was_there then cost_before else 0 end as cost_before,
        case when is_there then users_after else 0 end as users_after,
        case when is_there then cost_after else 0 end as cost_after
    from category
    union all
    select
        wet,
        period_id,
        cast(null as string) as category,
        users_before,
        cost_before,
        users_after,
        cost_after
    from {{ ref('int_cost_pair') }}
    where not is_by_category
)

select
    wet,
    period_id,
    category,
    cast(users_before as bigint) as users_before,
    cast(cost_before as decimal(18, 2)) as cost_before,
    cast(users_after as bigint) as users_after,
    cast(cost_after as decimal(18, 2)) as cost_after,
    coalesce(
        (users_before > 0 or (users_before = 0 and cost_before = 0))
        and (users_after > 0 or (users_after = 0 and cost_after = 0))
        and cost_before is not null
        and cost_after is not null,
        false
    ) as is_splittable
from part
