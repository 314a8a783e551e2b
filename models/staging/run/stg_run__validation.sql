select
    run_id,
    stage,
    suite,
    table_name,
    expectation,
    column_name,
    severity,
    result,
    observed,
    expected,
    unexpected_count,
    element_count,
    message
from {{ source('run', 'validation') }}
