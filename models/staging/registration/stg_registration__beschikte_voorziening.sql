with either as (
    select
        original_id,
        dataset_id,
        client_key,
        beschikking_key,
        product_code,
        wet,
        category,
        form,
        referrer,
        wijk,
        application_date,
        start_date,
        end_date,
        status,
        is_synthetic
    from {{ source('registration', 'beschikte_voorziening') }}
    union all
    select
        original_id,
        dataset_id,
        client_key,
        besluit_key as beschikking_key,
        kode_regeling as product_code,
        wet,
        category,
        form,
        referrer,
        wijk,
        application_date,
        dd_begin as start_date,
        dd_eind as end_date,
        status,
        is_synthetic
    from {{ ref('stg_registration__cssd_indicatie') }}
    where is_care
)

select
    original_id,
    dataset_id,
    client_key,
    beschikking_key,
    product_code,
    {{ or_unknown('wet') }} as wet,
    {{ or_unknown('category') }} as category,
    {{ or_unknown('form') }} as form,
    {{ or_unknown('referrer') }} as referrer,
    {{ or_unknown('wijk') }} as wijk,
    application_date,
    start_date,
    nullif(end_date, date '9999-12-31') as end_date,
    {{ is_granted('status') }} as is_granted,
    coalesce(is_synthetic, false) as is_synthetic
from either
