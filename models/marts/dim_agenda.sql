{# What the council may expect to decide on, by the day or the first day of the period. #}
select
    plan_id,
    opgave,
    moment_start,
    moment_text,
    subject,
    body,
    source,
    snapshot_id
from {{ ref('stg_municipal__agenda') }}
order by moment_start, row_number
