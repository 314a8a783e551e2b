{# By which indicators an opgave is followed: the list of opgaven.csv, each indicator once, in its order. #}
with listed as (
    select
        plan_id,
        opgave,
        snapshot_id,
        unnest(indicators) as indicator_id,
        generate_subscripts(indicators, 1) as place
    from {{ ref('stg_municipal__opgave') }}
)

select
    plan_id,
    opgave,
    indicator_id,
    cast(row_number() over (partition by plan_id, opgave order by min(place)) as integer) as place,
    min(snapshot_id) as snapshot_id
from listed
group by plan_id, opgave, indicator_id
order by plan_id, opgave, place
