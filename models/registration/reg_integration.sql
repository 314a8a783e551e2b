{#
    Inburgeraars for whom the day 3,5 years after they settled falls in the period, and those of them who have no uitkering
    on that day.
#}
with reached as (
    select
        inburgering.client_key,
        {{ measuring_day('max(inburgering.settlement_date)') }} as day
    from {{ ref('stg_registration__inburgering') }} as inburgering
    inner join {{ ref('reg_span') }} as span
        on
            span.record_table = 'inburgering'
            and inburgering.original_id = span.original_id
            and {{ measuring_day('inburgering.settlement_date') }} between span.first_day and span.last_day
    group by inburgering.client_key
),

with_uitkering as (
    select distinct reached.client_key
    from reached
    inner join {{ ref('reg_uitkering_spell') }} as spell
        on
            reached.client_key = spell.client_key
            and reached.day between spell.first_day and spell.last_day
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
        count(*) as reached,
        count(*) filter (where with_uitkering.client_key is null) as "left"
    from {{ ref('reg_period') }} as known
    inner join reached on reached.day between known.covered_from and known.covered_through
    left join with_uitkering on reached.client_key = with_uitkering.client_key
    where known.subject = 'inburgering' and known.topic = 'reached'
    group by known.wet, known.category, known.period_id
)

{{ filled_cells('inburgering', 'reached', 'counted', {'reached': 'persons'}) }}

union all

{{ filled_cells('inburgering', 'left', 'counted', {'left': 'persons'}) }}
