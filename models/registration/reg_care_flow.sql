{#
    Verloop: clients in care on the last day before the period and on its last day that is known, and who came and went
    between. Somebody who left on the last day before the period leaves in the period: so begin + inflow = end + outflow =
    everybody in care from the day before the period to its last, and what ends one period begins the next.
    Told of every wet, and per category of years only: who comes and goes in half a year, in a category or a wijk, are so
    few that almost all of it would be hidden, and half of what can be shown with it.
#}
with known as (
    select * from {{ ref('reg_period') }}
    where subject = 'care' and topic = 'flow'
),

in_care as (
    select
        known.period_id,
        span.wet,
        span.category,
        span.client_id,
        span.first_day < known.covered_from as at_begin,
        span.last_day >= known.covered_through as at_end
    from {{ ref('reg_care_span') }} as span
    inner join known
        on
            span.wet = known.wet
            and span.first_day <= known.covered_through
            and span.last_day >= cast(known.covered_from - 1 as date)
),

client as (
    select
        period_id,
        {{ or_whole('wet') }},
        {{ or_whole('category') }},
        client_id,
        bool_or(at_begin) as at_begin,
        bool_or(at_end) as at_end
    from in_care
    group by grouping sets (
        (period_id, client_id),
        (period_id, client_id, wet),
        (period_id, client_id, wet, category)
    )
),

counted as (
    select
        wet,
        category,
        'totaal' as form,
        'totaal' as referrer,
        'totaal' as wijk,
        'totaal' as n_provisions,
        period_id,
        count(*) filter (where at_begin) as standing_begin,
        count(*) filter (where not at_begin) as inflow,
        count(*) filter (where not at_end) as outflow,
        count(*) filter (where at_end) as standing_end
    from client
    group by wet, category, period_id
),

filled as (
    {{
        filled_cells(
            'care', 'flow', 'counted',
            {'standing_begin': 'persons', 'inflow': 'persons', 'outflow': 'persons', 'standing_end': 'persons'}
        )
    }}
)

select * from filled
where category = 'totaal' or {{ period_type('period_id') }} = 'year'
