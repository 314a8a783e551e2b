{# A printed row tells of its own region, and mostly of the Netherlands beside it: two figures, each a row here. #}
with printed as (
    select * from {{ source('municipal', 'printed_figure') }}
),

own as (
    select
        *,
        'region' as side,
        gemeente as region_label,
        value_written as written,
        value_number as number_text
    from printed
    -- a row without any figure stays, to be refused by name
    where value_written is not null or value_nl_written is null
),

national as (
    select
        *,
        'national' as side,
        'Nederland' as region_label,
        value_nl_written as written,
        value_nl_number as number_text
    from printed
    where value_nl_written is not null
),

either as (
    select * from own
    union all
    select * from national
)

select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,
    side,

    -- what, where, when, as printed
    {{ to_text('indicator_label') }} as indicator_label,
    {{ to_text('unit_label') }} as unit_label,
    {{ to_text('region_label') }} as region_label,
    {{ to_text('period_written') }} as period_label,
    period_key as period_id,

    -- how much
    {{ to_text('written') }} as value_written,
    number_text,
    cast(number_text as double) as value,
    case
        when number_text is not null then null
        when lower(trim(written)) = 'gegevens niet beschikbaar' then 'not_available'
        when trim(written) like '<%' then 'suppressed'
        when lower(trim(written)) in ('.', '-', 'x', 'n.b.', 'n.n.b.', 'nnb', 'nb') then 'unknown'
    end as absence,
    value_status,
    coalesce(is_synthetic, false) as is_synthetic,
    {{ to_text('source') }} as source_text
from either
