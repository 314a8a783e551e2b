{#
    Toekenningen by their first day, and the persons with a loonkostensubsidie on the last day that is known. A grant that
    started outside the months that its export serves is told of by the export of its own month.
#}
with granted as (
    select
        toekenning.client_key,
        toekenning.category,
        toekenning.start_date,
        toekenning.end_date,
        span.first_day,
        span.last_day
    from {{ ref('stg_registration__toekenning') }} as toekenning
    inner join {{ ref('reg_span') }} as span
        on
            span.record_table = 'toekenning'
            and toekenning.category = span.part
            and toekenning.original_id = span.original_id
    where toekenning.is_granted
),

known as (
    select * from {{ ref('reg_period') }}
    where subject = 'toekenning'
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
        count(*) as grants
    from known
    inner join granted
        on
            known.category in (granted.category, 'totaal')
            and granted.start_date between granted.first_day and granted.last_day
            and granted.start_date between known.covered_from and known.covered_through
    where known.topic = 'all'
    group by known.wet, known.category, known.period_id
),

standing as (
    select
        known.wet,
        known.category,
        'totaal' as form,
        'totaal' as referrer,
        'totaal' as wijk,
        'totaal' as n_provisions,
        known.period_id,
        count(distinct granted.client_key) as standing_end
    from known
    inner join granted
        on
            known.category = granted.category
            and known.covered_through between granted.first_day and granted.last_day
            and known.covered_through >= granted.start_date
            and known.covered_through <= coalesce(granted.end_date, known.covered_through)
    where known.topic = 'standing'
    group by known.wet, known.category, known.period_id
)

{{ filled_cells('toekenning', 'all', 'counted', {'grants': 'grants'}, by_category=true) }}

union all

{{ filled_cells('toekenning', 'standing', 'standing', {'standing_end': 'persons'}, by_category=true) }}
