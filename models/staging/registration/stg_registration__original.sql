select
    original_id,
    dataset_id,
    file_name,
    period_id,
    received_at,
    cast(left(received_at, 10) as date) as received_on,
    -- months that its name says it speaks for; null for a stand
    cast(date_trunc('month', first_day) as date) as first_month,
    cast(date_trunc('month', last_day) as date) as last_month,
    rows_in,
    rows_loaded,
    rows_quarantined,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('registration', 'original') }}
