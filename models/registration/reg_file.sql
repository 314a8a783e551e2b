{{ config(alias='file') }}
{#
    Exports and whether they still serve. An export of which another took over every month is superseded, with some
    months left partly so. One that holds nothing that is counted per month (clients alone) has nothing to be taken over.
#}
with claim as (
    select
        original_id,
        bool_or(is_serving) as serves,
        bool_or(not is_serving) as is_replaced,
        arg_max(served_by, (month, served_by)) filter (where not is_serving) as superseded_by
    from {{ ref('reg_serving') }}
    where has_rows
    group by original_id
)

select
    original.original_id,
    original.dataset_id,
    original.file_name,
    original.period_id,
    original.received_at,
    original.rows_in,
    original.rows_loaded,
    original.rows_quarantined,
    case
        when claim.is_replaced and not claim.serves then 'superseded'
        when claim.is_replaced then 'partly_superseded'
        else 'serving'
    end as state,
    claim.superseded_by,
    original.is_synthetic
from {{ ref('stg_registration__original') }} as original
left join claim on original.original_id = claim.original_id
