{#
    Care in a period per client: by declaraties whose month lies in it, and for a wet that has no declaraties by provisions
    that run in it. The wijk is that of the client's latest line (or latest start) under the wet in the period, so that
    nobody lives in two.
#}
with known as (
    select * from {{ ref('reg_period') }}
    where subject = 'care' and topic = 'use'
),

line_in_period as (
    select
        *,
        {{ year_of('care_month') }} as period_id
    from {{ ref('reg_care_line') }}
    union all
    select
        *,
        {{ half_year_of('care_month') }} as period_id
    from {{ ref('reg_care_line') }}
),

in_care as (
    select
        line.period_id,
        line.client_id,
        line.wet,
        line.category,
        line.form,
        line.referrer,
        max((line.care_month, line.wijk != 'onbekend', line.wijk)) as latest
    from line_in_period as line
    inner join known
        on
            line.wet = known.wet
            and line.period_id = known.period_id
            and line.care_month <= known.covered_through
    group by line.period_id, line.client_id, line.wet, line.category, line.form, line.referrer
    union all
    select
        known.period_id,
        span.client_id,
        span.wet,
        span.category,
        span.form,
        span.referrer,
        max((span.start_date, span.wijk != 'onbekend', span.wijk)) as latest
    from {{ ref('reg_care_span') }} as span
    inner join known
        on
            span.wet = known.wet
            and span.first_day <= known.covered_through
            and span.last_day >= known.covered_from
    where span.wet not in (select line.wet from {{ ref('reg_care_line') }} as line)
    group by known.period_id, span.client_id, span.wet, span.category, span.form, span.referrer
),

home as (
    select
        period_id,
        client_id,
        wet,
        max(latest)[3] as wijk
    from in_care
    group by period_id, client_id, wet
)

select
    in_care.period_id,
    in_care.client_id,
    in_care.wet,
    in_care.category,
    in_care.form,
    in_care.referrer,
    home.wijk
from in_care
inner join home
    on
        in_care.period_id = home.period_id
        and in_care.client_id = home.client_id
        and in_care.wet = home.wet
