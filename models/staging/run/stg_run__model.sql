select
    model,
    layer,
    file,
    git_blob,
    grain,
    parents
from {{ source('run', 'model') }}
