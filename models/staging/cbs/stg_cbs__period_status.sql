select
    source_id,
    dataset_id,
    snapshot_id,
    {{ period_id('code_key') }} as period_id,
    case trim(status)
        when 'Definitief' then 'definitive'
        when 'Voorlopig' then 'provisional'
        when 'NaderVoorlopig' then 'revised'
    end as value_status
from {{ source('cbs', 'cbs_code') }}
where regexp_matches(trim(code_key), '^\d{4}(JJ|HJ|KW|MM|SJ)\d{2}$')
