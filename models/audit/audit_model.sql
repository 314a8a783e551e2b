select
    model,
    layer,
    file,
    git_blob,
    grain,
    parents
from {{ ref('stg_run__model') }}
