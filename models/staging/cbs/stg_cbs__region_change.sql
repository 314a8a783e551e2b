{#
    Gemeenten that ended or got another code, as CBS tells it in the description of the old code. The text stands in
    stg_cbs__region. Who moved is counted per new code: "... 3814 hectare met 24737 woningen en 59102 inwoners".
#}
with code as (
    select
        source_id,
        dataset_id,
        snapshot_id,
        row_number,
        {{ region_code('code_key') }} as old_code,
        {{ region_life('description') }} as life
    from {{ source('cbs', 'cbs_code') }}
    where regexp_matches({{ region_code('code_key') }}, '^GM\d{4}$')
),

told as (
    select
        *,
        regexp_extract(life, '^Opgeheven per (\d\d-\d\d-\d{4})', 1) as abolished_on,
        {{ renaming('life') }} as renaming
    from code
),

abolished as (
    select
        source_id,
        dataset_id,
        snapshot_id,
        row_number,
        old_code,
        abolished_on,
        unnest(string_split({{ abolition('life') }}, chr(10) || '- ')[2:]) as destination
    from told
    where abolished_on != ''
)

select
    source_id,
    dataset_id,
    snapshot_id,
    row_number,
    old_code,
    regexp_extract(destination, '\((GM\d{4})\)', 1) as new_code,
    {{ to_date('abolished_on') }} as event_date,
    try_cast(nullif(regexp_extract(destination, '(\d+) inwoners?', 1), '') as integer) as inhabitants,
    false as is_renaming
from abolished
where regexp_matches(destination, '\(GM\d{4}\)')

union all

select
    source_id,
    dataset_id,
    snapshot_id,
    row_number,
    old_code,
    renaming['code'] as new_code,
    {{ to_date("renaming['day']") }} as event_date,
    cast(null as integer) as inhabitants,
    true as is_renaming
from told
where
    abolished_on = ''
    and renaming['code'] != ''
