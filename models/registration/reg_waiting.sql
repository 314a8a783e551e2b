{#
    Granted provisions that started in the period and of which the day of application is known, and those of them that
    started within the norm of their category (seeds/waiting_norms.csv; the wet's own norm where a category has none).
#}
with started as (
    select
        provision.wet,
        provision.start_date,
        provision.start_date - provision.application_date <= coalesce(norm.norm_days, usual.norm_days) as is_in_norm
    from {{ ref('stg_registration__beschikte_voorziening') }} as provision
    inner join {{ ref('reg_span') }} as span
        on
            span.record_table = 'beschikte_voorziening'
            and provision.wet = span.part
            and provision.original_id = span.original_id
            and provision.start_date between span.first_day and span.last_day
    left join {{ ref('waiting_norms') }} as norm
        on
            provision.wet = norm.wet
            and lower(provision.category) = lower(norm.category)
    left join {{ ref('waiting_norms') }} as usual
        on
            provision.wet = usual.wet
            and usual.category is null
    where
        provision.is_granted
        and provision.application_date is not null
        and coalesce(norm.norm_days, usual.norm_days) is not null
),

counted as (
    select
        known.wet,
        'totaal' as category,
        'totaal' as form,
        'totaal' as referrer,
        'totaal' as wijk,
        'totaal' as n_provisions,
        known.period_id,
        count(*) as started,
        count(*) filter (where started.is_in_norm) as started_in_norm
    from {{ ref('reg_period') }} as known
    inner join started
        on
            known.wet = started.wet
            and started.start_date between known.covered_from and known.covered_through
    where known.subject = 'wachttijd'
    group by known.wet, known.period_id
)

{{ filled_cells('wachttijd', 'all', 'counted', {'started': 'cases', 'started_in_norm': 'cases'}) }}
