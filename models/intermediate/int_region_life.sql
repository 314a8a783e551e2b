{# From when until when every gemeente code stood for a gemeente, by what had happened on the day of the run. #}
with happened as (
    select change.*
    from {{ ref('int_region_change') }} as change
    cross join {{ ref('stg_run__parameter') }} as parameter
    where
        change.kind != 'border'
        and change.event_date <= parameter.as_of
),

listed as (
    select
        region_code,
        min(valid_from) as valid_from,
        min(valid_to) as valid_to
    from {{ ref('stg_cbs__region') }}
    where region_type = 'gemeente'
    group by region_code
),

begun as (
    select
        new_code as region_code,
        min(event_date) as valid_from
    from happened
    where is_new_code
    group by new_code
),

ended as (
    select
        old_code as region_code,
        min(event_date) - 1 as valid_to
    from happened
    group by old_code
),

code as (
    select region_code from listed
    union
    select region_code from begun
    union
    select region_code from ended
    union
    select new_code from happened
)

select
    code.region_code,
    coalesce(begun.valid_from, listed.valid_from) as valid_from,
    coalesce(ended.valid_to, listed.valid_to) as valid_to
from code
left join listed on code.region_code = listed.region_code
left join begun on code.region_code = begun.region_code
left join ended on code.region_code = ended.region_code
