{#
    Declared care that counts: of every month the lines of the export that serves it. A line from outside the period of
    its file belongs to the first or last month of that period. A wijk that the line does not tell is that of the client,
    as the newest export of clients has it.
#}
with clamped as (
    select
        line.original_id,
        line.client_key,
        line.wet,
        line.category,
        line.form,
        line.referrer,
        line.wijk,
        least(
            greatest(line.care_month, original.first_month),
            coalesce(original.last_month, {{ month_of('original.received_on') }})
        ) as care_month,
        line.amount
    from {{ ref('stg_registration__declaratieregel') }} as line
    inner join {{ ref('stg_registration__original') }} as original on line.original_id = original.original_id
)

select
    client.client_id,
    clamped.wet,
    clamped.category,
    clamped.form,
    clamped.referrer,
    case clamped.wijk when 'onbekend' then client.wijk else clamped.wijk end as wijk,
    clamped.care_month,
    cast(sum(clamped.amount) as decimal(18, 2)) as amount
from clamped
inner join {{ ref('reg_serving') }} as serving
    on
        serving.record_table = 'declaratieregel'
        and serving.is_serving
        and clamped.wet = serving.part
        and clamped.original_id = serving.original_id
        and clamped.care_month = serving.month
inner join {{ ref('reg_client') }} as client on clamped.client_key = client.client_key
group by all
