{#
    Uitkeringen without seams: rows of one person that follow each other without a day between are one, whatever their
    category and whatever export they came in. Within the months that the export of each row serves.
    ended_on: the last day, where an end is known: by the row itself, or because the export of the next month does not hold
    the person any more. Null where it runs, or nobody tells of the days after.
#}
with served as (
    select
        uitkering.client_key,
        greatest(uitkering.start_date, span.looks_back_to) as first_day,
        least(uitkering.end_date, span.last_day) as last_day,
        coalesce(uitkering.end_date <= span.last_day, false) or next_span.first_day is not null as has_end
    from {{ ref('stg_registration__uitkering') }} as uitkering
    inner join {{ ref('reg_span') }} as span
        on
            span.record_table = 'uitkering'
            and uitkering.original_id = span.original_id
            and uitkering.start_date <= span.last_day
            and coalesce(uitkering.end_date, span.last_day) >= span.looks_back_to
    left join {{ ref('reg_span') }} as next_span
        on
            next_span.record_table = 'uitkering'
            and next_span.first_day = cast(span.last_day + 1 as date)
),

marked as (
    select
        *,
        coalesce(
            first_day > cast(max(last_day) over (
                partition by client_key
                order by first_day asc, last_day asc
                rows between unbounded preceding and 1 preceding
            ) + 1 as date),
            true
        ) as is_new
    from served
),

numbered as (
    select
        *,
        count(*) filter (where is_new) over (
            partition by client_key
            order by first_day asc, last_day asc
            rows between unbounded preceding and current row
        ) as spell
    from marked
)

select
    client_key,
    min(first_day) as first_day,
    max(last_day) as last_day,
    case when arg_max(has_end, (last_day, has_end)) then max(last_day) end as ended_on
from numbered
group by client_key, spell
