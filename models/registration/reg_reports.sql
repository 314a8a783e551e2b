{#
    Meldingen by day of receipt. Of those for dagbesteding also how many ended in support, and in support that anybody may
    use (voorliggend) instead of a provision of one's own (maatwerk).
#}
with report as (
    select
        melding.category,
        melding.received_date,
        melding.result like 'maatwerk%' or melding.result like 'voorliggend%' as is_resolved,
        melding.result like 'voorliggend%' as is_general
    from {{ ref('stg_registration__melding') }} as melding
    inner join {{ ref('reg_span') }} as span
        on
            span.record_table = 'melding'
            and melding.category = span.part
            and melding.original_id = span.original_id
            and melding.received_date between span.first_day and span.last_day
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
        count(*) as reports,
        count(*) filter (where report.is_resolved) as resolved,
        count(*) filter (where report.is_general) as resolved_by_general
    from {{ ref('reg_period') }} as known
    inner join report
        on
            known.category in (report.category, 'totaal')
            and report.received_date between known.covered_from and known.covered_through
    where known.subject = 'melding' and known.topic = 'all'
    group by known.wet, known.category, known.period_id
)

{{ filled_cells('melding', 'all', 'counted', {'reports': 'cases'}, by_category=true) }}

union all

{{
    filled_cells(
        'melding', 'resolved', 'counted', {'resolved': 'cases', 'resolved_by_general': 'cases'}, by_category=true
    )
}}
