{{ config(meta={"dagster": {"ref": {"name": "int_region_current"}}}) }}
-- Nobody is lost on the way to today's division: a code that exists leads to itself, one that went over into another
-- leads somewhere, and its shares add up to one where they are known - all of them, or none. A cycle would show here:
-- its codes ended and lead nowhere. A code that ended before the day of the run is nowhere today's.
-- Returns the codes that break this.
with parameter as (
    select * from {{ ref('stg_run__parameter') }}
),

life as (
    select
        region.region_code,
        coalesce(region.valid_to, parameter.as_of) >= parameter.as_of as exists_today,
        region.region_code in (
            select change.old_code from {{ ref('int_region_change') }} as change
            where change.kind != 'border' and change.event_date <= parameter.as_of
        ) as went_over
    from {{ ref('int_region_life') }} as region
    cross join parameter
),

led as (
    select
        region_code,
        count(*) as n_current,
        count(weight) as n_weights,
        sum(weight order by current_code) as whole,
        bool_or(current_code = region_code) as stays
    from {{ ref('int_region_current') }}
    group by region_code
)

select
    life.region_code,
    led.n_current,
    led.whole
from life
left join led on life.region_code = led.region_code
where
    (life.exists_today and coalesce(led.n_current, 0) != 1)
    or (life.exists_today and not coalesce(led.stays, false))
    or (life.exists_today and life.went_over)
    or (not life.exists_today and coalesce(led.stays, false))
    or (life.went_over and led.n_current is null)
    or led.n_weights not in (0, led.n_current)
    or abs(led.whole - 1) > 1e-12

union all

select
    region_code,
    count(distinct event_date) as n_current,
    cast(null as double) as whole
from (
    select
        old_code as region_code,
        event_date
    from {{ ref('int_region_change') }}
    where kind != 'border'
) as ended
group by region_code
having count(distinct event_date) > 1
