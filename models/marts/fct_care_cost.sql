{# Cost of care by the period to which the care belongs; per client only where both cost and clients are shown. #}
with clients as (
    select
        wet,
        category,
        form,
        referrer,
        wijk,
        period_id,
        value,
        is_synthetic
    from {{ ref('int_registration_cell') }}
    where
        subject = 'care'
        and measure = 'clients'
        and n_provisions = 'totaal'
)

select
    cost.wet,
    cost.category,
    cost.form,
    cost.referrer,
    cost.region_code,
    cost.period_id,
    cast(cost.value as decimal(18, 2)) as cost,
    cast(clients.value as bigint) as clients,
    {{ euros('cast(cost.value as double) / nullif(cast(clients.value as double), 0)') }} as cost_per_client,
    cost.absence,
    cost.covered_through,
    cost.is_whole,
    cost.is_synthetic or coalesce(clients.is_synthetic, false) as is_synthetic,
    cost.snapshot_id
from {{ ref('int_registration_cell') }} as cost
left join clients
    on
        cost.wet = clients.wet
        and cost.category = clients.category
        and cost.form = clients.form
        and cost.referrer = clients.referrer
        and cost.wijk = clients.wijk
        and cost.period_id = clients.period_id
where
    cost.subject = 'care'
    and cost.measure = 'cost'
    and cost.n_provisions = 'totaal'
order by cost.wet, cost.period_id, cost.category, cost.form, cost.referrer, cost.region_code
