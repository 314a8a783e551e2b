{# Values in today's division: the row that was taken or those it is made of, and the changes that lead from there. #}
with part as (
    select
        indicator_id,
        region_code,
        period_id,
        case when taken_code is not null then 'taken' else 'part' end as role,
        unnest(coalesce(part_codes, [taken_code])) as part_code
    from {{ ref('int_indicator_value_current') }}
),

-- parts that went over together share a change
moved as (
    select distinct
        part.indicator_id,
        part.region_code,
        part.period_id,
        unnest(way.changes) as change_key
    from part
    inner join {{ ref('int_region_current') }} as way
        on
            part.part_code = way.region_code
            and part.region_code = way.current_code
    where part.part_code != part.region_code
),

change as (
    select
        *,
        {{ row_key(['event_date', 'old_code', 'new_code', 'kind']) }} as change_key
    from {{ ref('int_region_change') }}
)

{{ rests_on_row(
    'fct_indicator_value', row_key(['indicator_id', 'region_code', 'period_id']) ~ " || '|current'", 'role',
    'fct_indicator_value', value_key('indicator_id', 'part_code', 'period_id')
) }}
from part

union all

{{ rests_on_seed(
    'fct_indicator_value', row_key(['moved.indicator_id', 'moved.region_code', 'moved.period_id']) ~ " || '|current'",
    "'region_change'", "'region_changes'", 'moved.change_key'
) }}
from moved
inner join change on moved.change_key = change.change_key
where change.snapshot_id is null

union all

{{ rests_on_raw(
    'fct_indicator_value', row_key(['moved.indicator_id', 'moved.region_code', 'moved.period_id']) ~ " || '|current'",
    "'region_change'", "'cbs_code'", 'change', '[change.row_number]'
) }}
from moved
inner join change on moved.change_key = change.change_key
where change.snapshot_id is not null
