{#
    Years and half-years of which the exports hold the months, from the first on. Where months are missing at the end the
    period is there, not whole; where the first month or one in between is missing, it is not there at all.
#}
with covered as (
    select
        serving.record_table,
        serving.part,
        serving.month,
        original.is_synthetic
    from {{ ref('reg_serving') }} as serving
    inner join {{ ref('stg_registration__original') }} as original on serving.original_id = original.original_id
    where serving.is_covered
),

in_period as (
    select
        *,
        {{ year_of('month') }} as period_id
    from covered
    union all
    select
        *,
        {{ half_year_of('month') }} as period_id
    from covered
)

select
    record_table,
    part,
    period_id,
    min(month) as covered_from,
    cast({{ add_months('max(month)', 1) }} - 1 as date) as covered_through,
    count(*) = {{ months_in('period_id') }} as is_whole,
    bool_or(is_synthetic) as is_synthetic
from in_period
group by record_table, part, period_id
having
    min(month) = {{ period_start('period_id') }}
    and count(*) = date_diff('month', min(month), max(month)) + 1
