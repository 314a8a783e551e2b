{# Clients: unique persons per combination, each counted anew. No count is a sum of other counts. #}
with counted as (
    select
        {{ or_whole('wet') }},
        {{ or_whole('category') }},
        {{ or_whole('form') }},
        {{ or_whole('referrer') }},
        {{ or_whole('wijk') }},
        'totaal' as n_provisions,
        period_id,
        count(distinct client_id) as clients
    from {{ ref('reg_care_in_period') }}
    group by grouping sets (
        (period_id),
        (period_id, wet),
        (period_id, wet, category),
        (period_id, wet, form),
        (period_id, wet, referrer),
        (period_id, wet, wijk),
        (period_id, wet, category, form)
    )
)

{{ filled_cells('care', 'use', 'counted', {'clients': 'persons'}) }}
