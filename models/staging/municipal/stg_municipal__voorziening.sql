{# One shape for both forms of Suite4Sociaal Domein input: flat exports and dumps of the CSSD tables. #}
with flat as (
    select
        source_id,
        dataset_id,
        snapshot_id,
        row_number,
        client_key,
        category,
        start_date,
        end_date,
        status,
        is_synthetic
    from {{ source('municipal', 'municipal_voorziening') }}
),

status_name as (
    select
        snapshot_id,
        lower(trim(code)) as code,
        min(omschrijving) as name
    from {{ source('municipal', 'cssd_abc_refcod') }}
    where upper(trim(domein)) = 'STATUS_INDICATIE'
    group by snapshot_id, lower(trim(code))
),

cssd as (
    select
        indicatie.source_id,
        indicatie.dataset_id,
        indicatie.snapshot_id,
        indicatie.row_number,
        indicatie.client_key,
        indicatie.category,
        indicatie.dd_begin as start_date,
        indicatie.dd_eind as end_date,
        coalesce(status_name.name, indicatie.status_indicatie) as status,
        indicatie.is_synthetic
    from {{ source('municipal', 'cssd_wvind_b') }} as indicatie
    left join status_name
        on
            indicatie.snapshot_id = status_name.snapshot_id
            and lower(trim(indicatie.status_indicatie)) = status_name.code
),

either as (
    select * from flat
    union all
    select * from cssd
)

select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the provision
    client_key,
    lower({{ to_text('category') }}) as category,
    {{ to_date('start_date') }} as start_date,
    nullif({{ to_date('end_date') }}, date '9999-12-31') as end_date,
    -- what has ended was granted once; a withdrawn or refused application never was
    coalesce(lower(trim(status)) in ('toegekend', 'beëindigd'), false) as is_granted,
    coalesce(is_synthetic, false) as is_synthetic
from either
