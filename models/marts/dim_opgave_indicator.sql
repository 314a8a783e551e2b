{# By which indicators an opgave is followed: the list of opgaven.csv, each indicator once, in its order. #}
with listed as (
    select
        opgave.plan_id,
        opgave.opgave,
        opgave.snapshot_id,
        indicator.indicator_id,
        indicator.place
    from {{ ref('stg_municipal__opgave') }} as opgave
    cross join lateral unnest(opgave.indicators) with ordinality as indicator (indicator_id, place)
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
