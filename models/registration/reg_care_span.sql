{#
    Days on which clients are in care: granted provisions that begin in the months that their export serves or ran
    before, until a later export takes the word. The wijk as in reg_care_line.
#}
select
    client.client_id,
    provision.wet,
    provision.category,
    provision.form,
    provision.referrer,
    case provision.wijk when 'onbekend' then client.wijk else provision.wijk end as wijk,
    provision.start_date,
    greatest(provision.start_date, span.looks_back_to) as first_day,
    least(provision.end_date, span.heard_until) as last_day
from {{ ref('stg_registration__beschikte_voorziening') }} as provision
inner join {{ ref('reg_span') }} as span
    on
        span.record_table = 'beschikte_voorziening'
        and provision.wet = span.part
        and provision.original_id = span.original_id
        and provision.start_date <= span.last_day
        and coalesce(provision.end_date, span.last_day) >= span.looks_back_to
inner join {{ ref('reg_client') }} as client on provision.client_key = client.client_key
where provision.is_granted
