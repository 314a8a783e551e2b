select
    {{ gemeente_code('workspace_gemeente') }} as workspace_gemeente,
    {{ to_date('as_of') }} as as_of,
    small_count_threshold
from {{ source('run', 'parameter') }}
