{#
    The only door to the counts of the seal: what may not be published has no value from here on, so that no model
    behind it can tell it. A cell of which the seal does not say that it may be shown is hidden.
#}
select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- what is counted, of whom and when
    subject,
    measure,
    unit,
    wet,
    category,
    form,
    referrer,
    wijk,
    n_provisions,
    period_id,

    -- how much
    case when not coalesce(is_hidden, true) then cast(value as decimal(18, 2)) end as value,
    case when coalesce(is_hidden, true) then 'suppressed' end as absence,
    coalesce(is_synthetic, false) as is_synthetic
from {{ source('aggregate', 'registration_cell') }}
