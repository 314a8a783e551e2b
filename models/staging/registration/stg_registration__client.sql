select
    original_id,
    client_key,
    {{ or_unknown('wijk') }} as wijk,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('registration', 'client') }}

union all

select
    original_id,
    client_key,
    {{ or_unknown('wijk') }} as wijk,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('registration', 'cssd_szclient') }}
