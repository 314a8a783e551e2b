select
    run_id,
    {{ to_timestamp_utc('started_at') }} as started_at,
    {{ to_timestamp_utc('finished_at') }} as finished_at,
    outcome,
    exit_code,
    message,
    {{ to_date('as_of') }} as as_of,
    git_commit,
    code_fingerprint,
    opkoers_version,
    started_by,
    publication_id
from {{ source('run', 'run') }}
