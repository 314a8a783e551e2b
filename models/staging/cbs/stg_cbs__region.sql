{#
    CBS tells the life of a gemeente in the description of its code, the latest event first:
        Opgeheven per 01-01-2022, overgegaan naar:
        - Dijk en Waard (GM1980),
        ... 3814 hectare met 24737 woningen en 59102 inwoners

        Begindatum voor 1830
#}
with code as (
    select
        *,
        {{ region_code('code_key') }} as region_code,
        {{ region_life('description') }} as life
    from {{ source('cbs', 'cbs_code') }}
),

region as (
    select
        *,
        {{ region_type('region_code') }} as region_type,
        regexp_extract(life, '^Opgeheven per (\d\d-\d\d-\d{4})', 1) as abolished_on,
        {{ abolition('life') }} as abolition,
        {{ renaming('life') }} as renaming
    from code
    where regexp_matches(region_code, '^(NL01|PV\d{2}|GM\d{4}|WK\d{4}[0-9A-Z]{2}|BU\d{4}[0-9A-Z]{4})$')
)

select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the region
    region_code,
    trim(title) as region_name,
    region_type,
    case region_type
        when 'provincie' then 'NL01'
        when 'gemeente' then nullif(regexp_extract(group_key, 'PV\d{2}'), '')
        when 'wijk' then 'GM' || substr(region_code, 3, 4)
        when 'buurt' then 'WK' || substr(region_code, 3, 6)
    end as parent_code,

    -- its life
    {{ to_date("regexp_extract(life, '(Ontstaan per|Begindatum) (\\d\\d-\\d\\d-\\d{4})', 2)") }} as valid_from,
    coalesce(
        {{ to_date('abolished_on') }},
        {{ to_date("renaming['day']") }}
    ) - 1 as valid_to,
    case
        when len(regexp_extract_all(abolition, '\n- ')) = 1 then regexp_extract(abolition, '\((GM\d{4})\)', 1)
        when abolished_on = '' then nullif(renaming['code'], '')
    end as successor_code
from region
