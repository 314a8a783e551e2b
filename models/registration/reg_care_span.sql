{#
    Days on which clients are in care: granted provisions, within the months that their export serves. The wijk as in
    reg_care_line.
#}
with client as (
    select
        client.client_key,
        arg_max(client.wijk, (original.received_at, original.original_id, client.wijk)) as wijk
    from {{ ref('stg_registration__client') }} as client
    inner join {{ ref('stg_registration__original') }} as original on client.original_id = original.original_id
    where client.wijk != 'onbekend'
    group by client.client_key
)

select
    provision.client_key,
    provision.wet,
    provision.category,
    provision.form,
    provision.referrer,
    case when provision.wijk = 'onbekend' then coalesce(client.wijk, provision.wijk) else provision.wijk end as wijk,
    provision.start_date,
    greatest(provision.start_date, span.looks_back_to) as first_day,
    least(provision.end_date, span.last_day) as last_day
from {{ ref('stg_registration__beschikte_voorziening') }} as provision
inner join {{ ref('reg_span') }} as span
    on
        span.record_table = 'beschikte_voorziening'
        and provision.wet = span.part
        and provision.original_id = span.original_id
        and provision.start_date <= span.last_day
        and coalesce(provision.end_date, span.last_day) >= span.looks_back_to
left join client on provision.client_key = client.client_key
where provision.is_granted
