select
    original_id,
    dataset_id,
    client_key,
    settlement_date,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('registration', 'inburgering') }}
