{#
    Consecutive years of cost, per wet: what each came to, and how many people used it. The cost is that of the whole as
    it is given, else of its categories together; a year of which a part is not known has no cost. Users are those
    of the whole alone: added up over categories, who uses two of them would count twice.
#}
with known as (
    select
        wet,
        period_id,
        {{ period_type('period_id') }} as period_type,
        {{ period_time('period_id') }} as t,
        max(cost) filter (where category is null) as whole_cost,
        max(users) filter (where category is null) as whole_users,
        coalesce(bool_and(cost is not null) filter (where category is not null), false) as has_every_cost,
        sum(cost) filter (where category is not null) as cost_of_categories,
        count(*) filter (where category is not null) as n_categories,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_cost') }}
    group by wet, period_id
),

year as (
    select
        wet,
        period_id,
        period_type,
        t,
        coalesce(whole_cost, case when has_every_cost then cost_of_categories end) as cost,
        whole_users,
        n_categories,
        is_synthetic
    from known
),

followed as (
    select
        *,
        lag(period_id) over (partition by wet, period_type order by t) as previous_period_id
    from year
)

select
    after.wet,
    after.period_id,
    before.period_id as previous_period_id,
    cast(before.cost as decimal(18, 2)) as cost_before,
    cast(after.cost as decimal(18, 2)) as cost_after,
    cast(before.whole_users as bigint) as users_before,
    cast(after.whole_users as bigint) as users_after,
    before.n_categories > 0 and after.n_categories > 0 as is_by_category,
    before.whole_users is not null and after.whole_users is not null as has_unique_users,
    before.is_synthetic or after.is_synthetic as is_synthetic
from followed as after
inner join year as before
    on
        after.wet = before.wet
        and after.previous_period_id = before.period_id
where
    before.cost is not null
    and after.cost is not null
