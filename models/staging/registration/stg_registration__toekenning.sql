with either as (
    select
        original_id,
        dataset_id,
        client_key,
        category,
        start_date,
        end_date,
        status,
        is_synthetic
    from {{ source('registration', 'toekenning') }}
    union all
    select
        original_id,
        dataset_id,
        client_key,
        category,
        dd_begin as start_date,
        dd_eind as end_date,
        status,
        is_synthetic
    from {{ ref('stg_registration__cssd_indicatie') }}
    where not is_care
)

select
    original_id,
    dataset_id,
    client_key,
    lower({{ or_unknown('category') }}) as category,
    start_date,
    nullif(end_date, date '9999-12-31') as end_date,
    {{ is_granted('status') }} as is_granted,
    coalesce(is_synthetic, false) as is_synthetic
from either
