{#
    Klachten and bezwaren (beroepen among them) by day of receipt, and those of both that were found justified, in whole
    or in part.
#}
with complaint as (
    select
        klacht.wet,
        klacht.received_date,
        klacht.kind = 'klacht' as is_complaint,
        klacht.kind in ('bezwaar', 'beroep') as is_objection,
        klacht.result in ({{ quoted_list(upheld_results()) }}) as is_upheld
    from {{ ref('stg_registration__klacht') }} as klacht
    inner join {{ ref('reg_span') }} as span
        on
            span.record_table = 'klacht'
            and klacht.original_id = span.original_id
            and klacht.received_date between span.first_day and span.last_day
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
        count(*) filter (where complaint.is_complaint) as complaints,
        count(*) filter (where complaint.is_objection) as objections,
        count(*) filter (where complaint.is_upheld) as upheld
    from {{ ref('reg_period') }} as known
    inner join complaint
        on
            known.wet in (complaint.wet, 'totaal')
            and complaint.received_date between known.covered_from and known.covered_through
    where known.subject = 'klacht'
    group by known.wet, known.category, known.period_id
)

{{ filled_cells('klacht', 'all', 'counted', {'complaints': 'cases', 'objections': 'cases', 'upheld': 'cases'}) }}
