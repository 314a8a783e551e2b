select
    run_id,
    started_at,
    finished_at,
    outcome,
    exit_code,
    message,
    as_of,
    git_commit,
    code_fingerprint,
    opkoers_version,
    started_by,
    publication_id
from {{ ref('stg_run__run') }}
