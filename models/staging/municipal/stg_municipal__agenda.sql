select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- what is decided, when and by whom
    {{ to_text('plan_id') }} as plan_id,
    {{ to_text('opgave') }} as opgave,
    coalesce({{ to_date('date') }}, {{ period_start(period_id('period')) }}) as moment_start,
    coalesce({{ to_text('date') }}, {{ period_id('period') }}) as moment_text,
    {{ to_text('subject') }} as subject,
    {{ to_text('body') }} as body,
    {{ to_text('source') }} as source
from {{ source('municipal', 'agenda') }}
