{#
    Units in which an indicator's figures may be written, each with the factor to the warehouse's unit: the register's
    own, the one in which the regulation had it printed, and the wordings of others. A unit that stands here not at all
    is not converted.
#}
with version as (
    select * from {{ ref('indicator_versions') }}
),

registered as (
    select
        indicator_id,
        unit as unit_label,
        1.0 as factor,
        valid_from,
        valid_to,
        indicator_id as counts_as,
        true as is_unit_of_register
    from version
    union all
    select
        indicator_id,
        printed_unit as unit_label,
        rate_base / printed_rate_base as factor,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        indicator_id as counts_as,
        false as is_unit_of_register
    from version
    where
        printed_unit != unit
        and rate_base is not null
        and printed_rate_base is not null
    union all
    select
        indicator_id,
        unit_label,
        factor,
        valid_from,
        valid_to,
        coalesce(counts_as, indicator_id) as counts_as,
        false as is_unit_of_register
    from {{ ref('indicator_units') }}
)

select
    indicator_id,
    {{ label_key('unit_label') }} as unit_key,
    unit_label,
    factor,
    valid_from,
    valid_to,
    counts_as,
    is_unit_of_register
from registered
-- one wording per way of writing and validity; the register's own goes first
qualify
    row_number() over (
        partition by
            indicator_id,
            {{ label_key('unit_label') }},
            coalesce(valid_from, date '0001-01-01'),
            coalesce(valid_to, date '9999-12-31')
        order by is_unit_of_register desc, unit_label asc
    ) = 1
