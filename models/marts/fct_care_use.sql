{# Unique clients of care. A client of two categories counts once in each and once in the whole: never add them up. #}
select
    wet,
    category,
    form,
    referrer,
    region_code,
    period_id,
    cast(value as bigint) as clients,
    absence,
    covered_through,
    is_whole,
    is_synthetic,
    snapshot_id
from {{ ref('int_registration_cell') }}
where
    subject = 'care'
    and measure = 'clients'
    and n_provisions = 'totaal'
order by wet, period_id, category, form, referrer, region_code
