{#
    Where the inhabitants of every gemeente code live now: chains of changes followed to the codes that exist on the day
    of the run. Each step is later than the one before, so a chain ends, whatever the lists say.
#}
with recursive happened as (
    select
        change.old_code,
        change.new_code,
        change.event_date,
        change.weight,
        {{ row_key(['change.event_date', 'change.old_code', 'change.new_code', 'change.kind']) }} as change_key
    from {{ ref('int_region_change') }} as change
    cross join {{ ref('stg_run__parameter') }} as parameter
    where
        change.kind != 'border'
        and change.event_date <= parameter.as_of
        -- land without inhabitants carries no figures with it
        and (change.weight is null or change.weight > 0)
),

step as (
    select
        region_code,
        region_code as reached_code,
        cast(1 as double) as weight,
        date '0001-01-01' as since,
        {{ texts() }} as changes
    from {{ ref('int_region_life') }}
    union all
    select
        step.region_code,
        happened.new_code as reached_code,
        step.weight * happened.weight as weight,
        happened.event_date as since,
        array_append(step.changes, happened.change_key) as changes
    from step
    inner join happened
        on
            step.reached_code = happened.old_code
            and step.since < happened.event_date
),

reached as (
    select
        step.region_code,
        step.reached_code as current_code,
        case when count(step.weight) = count(*) then {{ sum_in_order('step.weight', 'step.since') }} end as weight,
        array_sort(array_distinct(flatten(array_agg(step.changes)))) as changes
    from step
    inner join {{ ref('int_region_life') }} as life on step.reached_code = life.region_code
    cross join {{ ref('stg_run__parameter') }} as parameter
    where coalesce(life.valid_to, parameter.as_of) >= parameter.as_of
    group by step.region_code, step.reached_code
),

spread as (
    select
        *,
        count(*) over (partition by region_code) > 1 as is_split
    from reached
)

select
    region_code,
    current_code,
    -- what was split and came together again is whole, whoever counted or not
    case when is_split then weight else cast(1 as double) end as weight,
    is_split,
    changes
from spread
