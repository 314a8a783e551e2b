select
    model,
    column_name,
    parent,
    parent_column
from {{ ref('stg_run__model_column') }}
