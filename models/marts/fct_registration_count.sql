{# Counts of every registration but care: grants, uitkeringen, schuldhulp, meldingen, klachten and the like. #}
select
    subject,
    measure,
    wet,
    category,
    period_id,
    cast(value as decimal(18, 2)) as value,
    unit,
    absence,
    covered_through,
    is_whole,
    is_synthetic,
    snapshot_id
from {{ ref('int_registration_cell') }}
where
    subject != 'care'
    and form = 'totaal'
    and referrer = 'totaal'
    and wijk = 'totaal'
    and n_provisions = 'totaal'
order by subject, measure, wet, category, period_id
