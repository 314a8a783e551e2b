select
    model,
    column_name,
    parent,
    parent_column
from {{ source('run', 'model_column') }}
