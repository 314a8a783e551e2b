select
    original_id,
    dataset_id,
    client_key,
    application_date,
    start_date,
    nullif(end_date, date '9999-12-31') as end_date,
    lower({{ or_unknown('result') }}) as result,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('registration', 'schuldhulp') }}
