{#
    Clients of care, numbered, so that counting does not carry their long keys along, with the wijk of the newest export of
    clients that knows it.
#}
with home as (
    select
        client.client_key,
        arg_max(client.wijk, (original.received_at, original.original_id, client.wijk)) as wijk
    from {{ ref('stg_registration__client') }} as client
    inner join {{ ref('stg_registration__original') }} as original on client.original_id = original.original_id
    where client.wijk != 'onbekend'
    group by client.client_key
),

client as (
    select client_key from {{ ref('stg_registration__declaratieregel') }}
    union
    select client_key from {{ ref('stg_registration__beschikte_voorziening') }}
)

select
    client.client_key,
    cast(row_number() over (order by client.client_key asc) as integer) as client_id,
    coalesce(home.wijk, 'onbekend') as wijk
from client
left join home on client.client_key = home.client_key
