{#
    Stretches of months that one export serves. What an export says of other months is not listened to: a provision that
    was open in the file of last year is told of, from January, by the file of this year.
    Where nobody serves the month before, the day before the first is told by the export itself: who was in care when the
    period began.
#}
with serving as (
    select
        record_table,
        part,
        original_id,
        month,
        date_diff('month', date '1970-01-01', month)
        - row_number() over (partition by record_table, part, original_id order by month asc) as stretch,
        lag(month) over (partition by record_table, part order by month asc) as month_before
    from {{ ref('reg_serving') }}
    where is_serving
)

select
    record_table,
    part,
    original_id,
    min(month) as first_day,
    cast({{ add_months('max(month)', 1) }} - 1 as date) as last_day,
    case
        when arg_min(month_before, month) = {{ add_months('min(month)', -1) }} then min(month)
        else cast(min(month) - 1 as date)
    end as looks_back_to
from serving
group by record_table, part, original_id, stretch
