select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- the objective
    {{ to_text('plan_id') }} as plan_id,
    {{ to_text('objective_id') }} as objective_id,
    {{ to_text('opgave') }} as opgave,
    {{ to_text('title') }} as title,
    {{ to_text('indicator_id') }} as indicator_id,
    lower({{ to_text('kind') }}) as kind,
    lower({{ to_text('direction') }}) as direction,

    -- what it starts from and goes for, as written
    {{ to_number('baseline_value') }} as baseline_value,
    {{ period_id('baseline_period') }} as baseline_period_id,
    {{ to_number('target_value') }} as target_rule,
    {{ period_id('target_period') }} as target_period_id,
    {{ to_number('margin') }} as margin,
    {{ to_text('unit') }} as unit,
    cast({{ to_number('decimals') }} as integer) as decimals,

    -- who, how, and since when
    {{ to_text('owner') }} as owner,
    {{ to_text('instrument') }} as instrument,
    lower({{ to_text('rhythm') }}) as rhythm,
    {{ to_text('programme') }} as programme,
    {{ to_text('source') }} as source,
    coalesce({{ to_date('valid_from') }}, date '1900-01-01') as valid_from,

    -- what the plan says beside it
    {{ to_text('result_area') }} as result_area,
    {{ to_text('remarks') }} as remarks
from {{ source('municipal', 'objective') }}
