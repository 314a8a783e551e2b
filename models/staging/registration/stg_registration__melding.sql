select
    original_id,
    dataset_id,
    client_key,
    received_date,
    lower({{ or_unknown('channel') }}) as channel,
    lower({{ or_unknown('category') }}) as category,
    lower({{ or_unknown('result') }}) as result,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('registration', 'melding') }}
