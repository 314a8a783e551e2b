with cssd_provision as (
    select distinct
        original_id,
        provision_key,
        besluit_key,
        volgnr_ind
    from {{ source('registration', 'cssd_wvdos') }}
),

either as (
    select
        original_id,
        dataset_id,
        client_key,
        wet,
        category,
        form,
        referrer,
        wijk,
        care_month,
        amount,
        is_synthetic
    from {{ source('registration', 'declaratieregel') }}
    union all
    select
        payment.original_id,
        payment.dataset_id,
        indicatie.client_key,
        indicatie.wet,
        indicatie.category,
        indicatie.form,
        indicatie.referrer,
        indicatie.wijk,
        payment.care_month,
        payment.amount,
        payment.is_synthetic
    from {{ source('registration', 'cssd_szukhis') }} as payment
    inner join cssd_provision
        on
            payment.original_id = cssd_provision.original_id
            and payment.provision_key = cssd_provision.provision_key
    inner join {{ ref('stg_registration__cssd_indicatie') }} as indicatie
        on
            cssd_provision.original_id = indicatie.original_id
            and cssd_provision.besluit_key = indicatie.besluit_key
            and cssd_provision.volgnr_ind = indicatie.volgnr_ind
    where indicatie.is_care
)

select
    original_id,
    dataset_id,
    client_key,
    {{ or_unknown('wet') }} as wet,
    {{ or_unknown('category') }} as category,
    {{ or_unknown('form') }} as form,
    {{ or_unknown('referrer') }} as referrer,
    {{ or_unknown('wijk') }} as wijk,
    care_month,
    amount,
    coalesce(is_synthetic, false) as is_synthetic
from either
