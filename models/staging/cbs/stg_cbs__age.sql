select
    source_id,
    dataset_id,
    snapshot_id,
    trim(code_key) as age_code,
    try_cast(regexp_extract(title, '^(\d+) jaar', 1) as integer) as age_from,
    title like '%of ouder' as is_open
from {{ source('cbs', 'cbs_code') }}
-- single years and the open end; groups such as `0 tot 5 jaar` would count people twice
where dimension = 'Leeftijd' and regexp_matches(trim(title), '^\d+ jaar( of ouder)?$')
