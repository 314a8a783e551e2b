{{ config(meta={"dagster": {"ref": {"name": "int_indicator_value_current"}}}) }}
-- The inhabitants of all gemeenten of a period are as many in today's division as they were as published: everybody
-- who was counted under a code of that time arrives once, by the share of the code that went where they live now.
-- (That the shares of a code add up to one is the matter of every_gemeente_leads_to_today.) Only a gemeente of today
-- that has no value, because a part of it is unknown, is left out on both sides. Float shares may differ by a hair.
-- Returns the periods whose sums differ.
with published as (
    select
        value.period_id,
        coalesce(way.current_code, value.region_code) as current_code,
        value.region_code,
        value.value * coalesce(way.weight, 1) as arriving
    from {{ ref('int_indicator_value') }} as value
    left join {{ ref('int_region_life') }} as life on value.region_code = life.region_code
    left join {{ ref('int_region_current') }} as way on value.region_code = way.region_code
    where
        value.indicator_id = 'inwoners'
        and value.value is not null
        and {{ region_type('value.region_code') }} = 'gemeente'
        and (life.region_code is null or {{ existed_on('life', period_start('value.period_id')) }})
),

today as (
    select
        period_id,
        region_code,
        value
    from {{ ref('int_indicator_value_current') }}
    where
        indicator_id = 'inwoners'
        and value is not null
        and {{ region_type('region_code') }} = 'gemeente'
),

before as (
    select
        published.period_id,
        sum(published.arriving order by published.region_code, published.current_code) as inhabitants
    from published
    inner join today on published.period_id = today.period_id and published.current_code = today.region_code
    group by published.period_id
),

-- without a counted part, the publisher reckoned back itself
counted as (
    select distinct
        period_id,
        current_code
    from published
),

after as (
    select
        today.period_id,
        sum(today.value order by today.region_code) as inhabitants
    from today
    inner join counted on today.period_id = counted.period_id and today.region_code = counted.current_code
    group by today.period_id
)

select
    coalesce(before.period_id, after.period_id) as period_id,
    before.inhabitants as as_published,
    after.inhabitants as in_current
from before
full join after on before.period_id = after.period_id
where not coalesce(abs(before.inhabitants - after.inhabitants) <= 1e-9 * before.inhabitants, false)
