{{ config(meta={"dagster": {"ref": {"name": "int_indicator_value_current"}}}) }}
-- The inhabitants of all gemeenten of a period are as many in today's division as they were as published. Gemeenten
-- whose part is unknown are left out on both sides: all codes that lead to one of them, and all that those lead to.
-- Only codes that existed on the period's first day count, as everywhere; float weights of splits may differ by a hair.
-- Returns the periods whose sums differ.
with published as (
    select
        value.period_id,
        value.region_code,
        value.value
    from {{ ref('int_indicator_value') }} as value
    left join {{ ref('int_region_life') }} as life on value.region_code = life.region_code
    where
        value.indicator_id = 'inwoners'
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
        and {{ region_type('region_code') }} = 'gemeente'
),

-- the share of a published code that arrives in gemeenten with a value
arrived as (
    select
        published.period_id,
        published.region_code,
        published.value,
        bool_and(today.value is not null) as is_known
    from published
    left join {{ ref('int_region_current') }} as way on published.region_code = way.region_code
    left join today
        on
            published.period_id = today.period_id
            and coalesce(way.current_code, published.region_code) = today.region_code
    where published.value is not null
    group by published.period_id, published.region_code, published.value
),

reached as (
    select distinct
        arrived.period_id,
        coalesce(way.current_code, arrived.region_code) as region_code
    from arrived
    left join {{ ref('int_region_current') }} as way on arrived.region_code = way.region_code
    where arrived.is_known
),

before as (
    select
        period_id,
        sum(value order by region_code) as inhabitants
    from arrived
    where is_known
    group by period_id
),

after as (
    select
        reached.period_id,
        sum(today.value order by today.region_code) as inhabitants
    from reached
    inner join today on reached.period_id = today.period_id and reached.region_code = today.region_code
    group by reached.period_id
)

select
    before.period_id,
    before.inhabitants as as_published,
    after.inhabitants as in_current
from before
full join after on before.period_id = after.period_id
where not coalesce(abs(before.inhabitants - after.inhabitants) <= 1e-9 * before.inhabitants, false)
