{# Clients by the number of different categories that they use: every client of the wet once. #}
select
    wet,
    n_provisions,
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
    and n_provisions != 'totaal'
order by wet, period_id, n_provisions
