{#
    Figures on care as others printed them, beside what the registrations come to. A print is right where the figure lies
    within half of what it rounds to. Of a hidden figure nothing is said, not even whether the print is right.
#}
with computed as (
    select
        wet,
        category,
        form,
        period_id,
        measure,
        value,
        is_synthetic
    from {{ ref('int_registration_cell') }}
    where
        subject = 'care'
        and referrer = 'totaal'
        and wijk = 'totaal'
        and n_provisions = 'totaal'
)

select
    printed.wet,
    coalesce(computed.category, printed.category) as category,
    printed.form,
    printed.period_id,
    printed.measure,
    printed.printed_value,
    printed.printed_unit,
    cast(computed.value as decimal(18, 2)) as computed_value,
    cast(computed.value - printed.printed_value as decimal(18, 2)) as difference,
    abs(computed.value - printed.printed_value) <= printed.printed_unit / 2 as is_within_rounding,
    printed.source,
    printed.is_synthetic or coalesce(computed.is_synthetic, false) as is_synthetic,
    printed.snapshot_id
from {{ ref('stg_municipal__printed_care') }} as printed
left join computed
    on
        printed.wet = computed.wet
        and lower(printed.category) = lower(computed.category)
        and printed.form = computed.form
        and printed.period_id = computed.period_id
        and printed.measure = computed.measure
order by printed.row_number
