{# Every indicator, for readers: of the national register, of objectives and of plans. #}
select
    indicator_id,
    bbv_number,
    name_nl,
    definition_nl,
    unit,
    rate_base,
    decimals,
    age_band,
    direction,
    taakveld,
    source_id,
    source_reference,
    rhythm,
    lag_months,
    legal_source,
    unverified,
    valid_from,
    valid_to
from {{ ref('int_indicator') }}
order by indicator_id
