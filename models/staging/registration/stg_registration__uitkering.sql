select
    original_id,
    dataset_id,
    client_key,
    lower({{ or_unknown('category') }}) as category,
    start_date,
    nullif(end_date, date '9999-12-31') as end_date,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('registration', 'uitkering') }}
