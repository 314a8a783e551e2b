{#
    Stretches of months that one export serves. What an export says of other months is not listened to: a provision that
    was open in the file of last year is told of, from January, by the file of this year.
    Where nobody serves the month before, the day before the first is told by the export itself: who was in care when the
    period began.
    Of provisions some registrations export what ran in the period, others only what began in it. Of two files the later
    one takes the word from the one before only where it tells what was running when its period began: else nobody would
    stay in care from one year to the next.
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
),

stretch as (
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
),

begun as (
    select
        original_id,
        wet as part,
        min(start_date) as first_start
    from {{ ref('stg_registration__beschikte_voorziening') }}
    group by original_id, wet
),

told as (
    select
        stretch.*,
        stretch.record_table != 'beschikte_voorziening'
        or begun.first_start < coalesce(original.first_month, stretch.first_day) as tells_what_ran
    from stretch
    left join begun
        on
            stretch.original_id = begun.original_id
            and stretch.part = begun.part
    left join {{ ref('stg_registration__original') }} as original on stretch.original_id = original.original_id
)

select
    record_table,
    part,
    original_id,
    first_day,
    last_day,
    looks_back_to,
    coalesce(
        cast(min(case when tells_what_ran then first_day end) over later - 1 as date),
        max(last_day) over (partition by record_table, part)
    ) as heard_until
from told
window later as (
    partition by record_table, part
    order by first_day asc
    rows between 1 following and unbounded following
)
