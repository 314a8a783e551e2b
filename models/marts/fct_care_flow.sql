{#
    Who was in care when a period began, who came, who went, and who was in care on its last day. What is hidden stays
    hidden count by count, because begin + inflow = end + outflow would tell the fourth from the other three.
#}
select
    wet,
    category,
    region_code,
    period_id,
    cast(max(value) filter (where measure = 'standing_begin') as bigint) as standing_begin,
    cast(max(value) filter (where measure = 'inflow') as bigint) as inflow,
    cast(max(value) filter (where measure = 'outflow') as bigint) as outflow,
    cast(max(value) filter (where measure = 'standing_end') as bigint) as standing_end,
    max(absence) as absence,
    max(covered_through) as covered_through,
    bool_and(is_whole) as is_whole,
    bool_or(is_synthetic) as is_synthetic,
    min(snapshot_id) as snapshot_id
from {{ ref('int_registration_cell') }}
where
    subject = 'care'
    and measure in ('standing_begin', 'inflow', 'outflow', 'standing_end')
    and form = 'totaal'
    and referrer = 'totaal'
    and n_provisions = 'totaal'
group by wet, category, region_code, period_id
order by wet, period_id, category, region_code
