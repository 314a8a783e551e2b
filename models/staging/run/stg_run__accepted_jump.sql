select
    concept_id,
    region_code,
    {{ period_id('period_id') }} as period_id
from {{ source('run', 'accepted_jump') }}
