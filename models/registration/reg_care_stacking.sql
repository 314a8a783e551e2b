{#
    Stapeling: clients by the number of different categories that they have in the period under one wet. Three and more are
    one number: so few have four that the cell would be hidden, and others with it.
#}
with client as (
    select
        period_id,
        wet,
        client_id,
        count(distinct category) as n_categories
    from {{ ref('reg_care_in_period') }}
    group by period_id, wet, client_id
),

counted as (
    select
        wet,
        'totaal' as category,
        'totaal' as form,
        'totaal' as referrer,
        'totaal' as wijk,
        case when n_categories >= 3 then '3+' else cast(n_categories as string) end as n_provisions,
        period_id,
        count(*) as clients
    from client
    group by all
),

filled as (
    {{ filled_cells('care', 'use', 'counted', {'clients': 'persons'}) }}
)

select * from filled
where n_provisions != 'totaal'
