{#
    Why the cost of a wet changed from one year to the next: more users, dearer support, or another mix of categories.
    Cost is U·Σ m·p, with U users, m the part of them in a category and p the cost per user there. Each factor gets
    its Shapley value, the average of what it adds over the six orders in which three factors can change: no order is
    favoured, and nothing is left over. A category without users in one of the years keeps the price of the other, so
    that its coming or going is mix. What cannot be split stands apart, and cents of rounding go to the mix.
#}
with totalled as (
    select
        wet,
        period_id,
        sum(users_before) as users_before,
        sum(users_after) as users_after,
        sum(cost_before) as cost_before,
        sum(cost_after) as cost_after
    from {{ ref('int_cost_part') }}
    where is_splittable
    group by wet, period_id
),

based as (
    select
        pair.*,
        -- unique users of one year beside added-up users of the other would make growth out of overlap
        case
            when pair.is_by_category and not pair.has_unique_users then totalled.users_before
            else pair.users_before
        end as all_before,
        case
            when pair.is_by_category and not pair.has_unique_users then totalled.users_after
            else pair.users_after
        end as all_after
    from {{ ref('int_cost_pair') }} as pair
    left join totalled
        on
            pair.wet = totalled.wet
            and pair.period_id = totalled.period_id
),

factor as (
    select
        based.wet,
        based.period_id,
        part.category,
        part.cost_before,
        part.cost_after,
        cast(based.all_before as double) as u0,
        cast(based.all_after as double) as u1,
        part.users_before / cast(based.all_before as double) as m0,
        part.users_after / cast(based.all_after as double) as m1,
        coalesce(
            cast(part.cost_before as double) / nullif(part.users_before, 0),
            cast(part.cost_after as double) / nullif(part.users_after, 0),
            0
        ) as p0,
        coalesce(
            cast(part.cost_after as double) / nullif(part.users_after, 0),
            cast(part.cost_before as double) / nullif(part.users_before, 0),
            0
        ) as p1
    from based
    inner join {{ ref('int_cost_part') }} as part
        on
            based.wet = part.wet
            and based.period_id = part.period_id
            and part.is_splittable
    -- a year without users has neither price nor mix
    where
        based.all_before > 0
        and based.all_after > 0
),

split as (
    select
        wet,
        period_id,
        sum(cost_after) - sum(cost_before) as split_change,
        -- added in one order: in another the last bits may round to another cent
        {{ euros(sum_in_order(
            '(u1 - u0) * ((m0 * p0 + m1 * p1) / 3 + (m0 * p1 + m1 * p0) / 6)', 'category'
        )) }} as users_effect,
        {{ euros(sum_in_order(
            '(p1 - p0) * ((u0 * m0 + u1 * m1) / 3 + (u0 * m1 + u1 * m0) / 6)', 'category'
        )) }} as price_effect
    from factor
    group by wet, period_id
),

explained as (
    select
        based.wet,
        based.period_id,
        based.previous_period_id,
        based.cost_before,
        based.cost_after,
        based.is_synthetic,
        cast(based.cost_after - based.cost_before as decimal(18, 2)) as change,
        coalesce(split.users_effect, 0) as users_effect,
        coalesce(split.price_effect, 0) as price_effect,
        cast(
            based.cost_after - based.cost_before - coalesce(split.split_change, 0) as decimal(18, 2)
        ) as unsplit_effect
    from based
    left join split
        on
            based.wet = split.wet
            and based.period_id = split.period_id
),

broken as (
    select
        explained.wet,
        explained.period_id,
        min(break.break_date) as break_date,
        {{ texts_in_order('break.reason', "'; '", 'break.break_date') }} as break_reason
    from explained
    inner join {{ ref('cost_breaks') }} as break
        on
            lower(explained.wet) = lower(break.wet)
            and break.break_date > {{ period_start('explained.previous_period_id') }}
            and break.break_date <= {{ period_end('explained.period_id') }}
    group by explained.wet, explained.period_id
)

select
    explained.wet,
    explained.period_id,
    explained.previous_period_id,
    explained.cost_before,
    explained.cost_after,
    explained.change,
    cast(explained.users_effect as decimal(18, 2)) as users_effect,
    cast(explained.price_effect as decimal(18, 2)) as price_effect,
    cast(
        explained.change - explained.users_effect - explained.price_effect - explained.unsplit_effect as decimal(18, 2)
    ) as mix_effect,
    explained.unsplit_effect,
    broken.break_date,
    broken.break_reason,
    explained.is_synthetic
from explained
left join broken
    on
        explained.wet = broken.wet
        and explained.period_id = broken.period_id
order by explained.wet, explained.period_id
