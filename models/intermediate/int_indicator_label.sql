{# Names by which an indicator is known: its id, its name in the register, and the names that others print. #}
with named as (
    select
        name_nl as indicator_label,
        indicator_id
    from {{ ref('indicators') }}
    union all
    select
        indicator_id as indicator_label,
        indicator_id
    from {{ ref('indicators') }}
    union all
    select
        indicator_label,
        indicator_id
    from {{ ref('indicator_labels') }}
)

select
    {{ label_key('indicator_label') }} as label_key,
    indicator_id,
    min(indicator_label) as indicator_label
from named
group by {{ label_key('indicator_label') }}, indicator_id
