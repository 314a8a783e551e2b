select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the telling
    {{ to_text('objective_id') }} as objective_id,
    {{ to_text('edition') }} as edition,
    {{ to_text('author_role') }} as author_role,
    {{ to_text('section') }} as section,
    case {{ to_text('section') }}
        when 'cause' then 1
        when 'measures' then 2
        when 'risks' then 3
        when 'outlook' then 4
    end as section_order,
    nullif(text, '') as text,
    {{ to_boolean('is_synthetic') }} as is_synthetic
from {{ source('municipal', 'narrative') }}
