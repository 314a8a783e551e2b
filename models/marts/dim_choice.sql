{# Choices before the council, with what each does to the money, the organisation and society. #}
select
    plan_id,
    programme,
    choice,
    effect_financial,
    effect_organisational,
    effect_society,
    source,
    is_synthetic,
    snapshot_id
from {{ ref('stg_municipal__choice') }}
order by row_number
