{# How an indicator was defined when: the register's versions. #}
select
    indicator_id,
    version,
    valid_from,
    valid_to,
    unit,
    rate_base,
    decimals,
    age_band,
    numerator_concept,
    denominator_concept,
    published_concept,
    published_factor,
    published_offset,
    printed_unit,
    printed_rate_base,
    is_comparable,
    note
from {{ ref('indicator_versions') }}
order by indicator_id, version
