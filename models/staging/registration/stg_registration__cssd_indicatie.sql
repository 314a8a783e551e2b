{# Indications of CSSD with the status in words and the wijk of the client, from the same dump. #}
with status_name as (
    select
        original_id,
        lower(trim(code)) as code,
        min(omschrijving) as name
    from {{ source('registration', 'cssd_abc_refcod') }}
    where upper(trim(domein)) = 'STATUS_INDICATIE'
    group by original_id, lower(trim(code))
),

client as (
    select
        original_id,
        client_key,
        min(wijk) as wijk
    from {{ source('registration', 'cssd_szclient') }}
    group by original_id, client_key
)

select
    indicatie.original_id,
    indicatie.dataset_id,
    indicatie.besluit_key,
    indicatie.volgnr_ind,
    indicatie.client_key,
    indicatie.kode_regeling,
    indicatie.wet,
    indicatie.category,
    indicatie.form,
    indicatie.referrer,
    client.wijk,
    indicatie.application_date,
    indicatie.dd_begin,
    indicatie.dd_eind,
    coalesce(status_name.name, indicatie.status_indicatie) as status,
    -- care; everything else that CSSD holds is a toekenning
    coalesce(indicatie.wet in ('wmo', 'jeugdwet'), false) as is_care,
    indicatie.is_synthetic
from {{ source('registration', 'cssd_wvind_b') }} as indicatie
left join status_name
    on
        indicatie.original_id = status_name.original_id
        and lower(trim(indicatie.status_indicatie)) = status_name.code
left join client
    on
        indicatie.original_id = client.original_id
        and indicatie.client_key = client.client_key
