{#
    Persons with an uitkering on the last day that is known, persons whose uitkering ended in the period, and those of them
    who had a new one within a year of that end.
#}
with spell as (
    select
        *,
        lead(first_day) over (partition by client_key order by first_day asc) as next_first_day
    from {{ ref('reg_uitkering_spell') }}
),

known as (
    select * from {{ ref('reg_period') }}
    where subject = 'uitkering'
),

counted as (
    select
        known.wet,
        known.category,
        'totaal' as form,
        'totaal' as referrer,
        'totaal' as wijk,
        'totaal' as n_provisions,
        known.period_id,
        count(distinct spell.client_key) filter (
            where spell.first_day <= known.covered_through and spell.last_day >= known.covered_through
        ) as standing_end,
        count(distinct spell.client_key) filter (
            where spell.ended_on between known.covered_from and known.covered_through
        ) as ended,
        count(distinct spell.client_key) filter (
            where
            spell.ended_on between known.covered_from and known.covered_through
            and spell.next_first_day <= {{ add_months('spell.ended_on', 12) }}
        ) as returned
    from known
    inner join spell on known.covered_from <= spell.last_day
    where known.topic = 'stock'
    group by known.wet, known.category, known.period_id
)

{{ filled_cells('uitkering', 'stock', 'counted', {'standing_end': 'persons', 'ended': 'persons'}) }}

union all

{{ filled_cells('uitkering', 'returned', 'counted', {'returned': 'persons'}) }}
