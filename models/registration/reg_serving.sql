{#
    Which export serves each month: of all that speak of it the one that came in last. An export without a row of a part
    does not take the place of one that has them.
    A month is covered when the export that serves it has rows in it or after it, and was received when it was over.
#}
with claim as (
    select
        record_table,
        part,
        cast(unnest(generate_series(first_month, last_month, interval 1 month)) as date) as month,
        original_id,
        has_rows,
        last_row_month,
        place
    from {{ ref('reg_delivery') }}
)

select
    claim.record_table,
    claim.part,
    claim.month,
    claim.original_id,
    claim.has_rows,
    last_value(claim.original_id) over newest as served_by,
    last_value(claim.original_id) over newest = claim.original_id as is_serving,
    last_value(claim.original_id) over newest = claim.original_id
    and coalesce(claim.last_row_month >= claim.month, false)
    and original.received_on >= {{ add_months('claim.month', 1) }} as is_covered
from claim
inner join {{ ref('stg_registration__original') }} as original on claim.original_id = original.original_id
window newest as (
    partition by claim.record_table, claim.part, claim.month
    order by claim.place asc
    rows between unbounded preceding and unbounded following
)
