select
    original_id,
    dataset_id,
    received_date,
    lower({{ or_unknown('kind') }}) as kind,
    {{ or_unknown('wet') }} as wet,
    lower({{ or_unknown('result') }}) as result,
    closed_date,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('registration', 'klacht') }}
