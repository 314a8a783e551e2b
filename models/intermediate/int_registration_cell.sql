{#
    Counts and euros of the seal that speaks, each with how far the exports cover its period. A wijk goes by the code or
    the text that the export gives; the whole is the workspace's gemeente.
#}
select
    cell.subject,
    cell.measure,
    cell.unit,
    cell.wet,
    cell.category,
    cell.form,
    cell.referrer,
    cell.wijk,
    case cell.wijk when 'totaal' then parameter.workspace_gemeente else cell.wijk end as region_code,
    cell.n_provisions,
    cell.period_id,
    cell.value,
    cell.absence,
    coverage.covered_through,
    coalesce(coverage.is_whole, false) as is_whole,
    cell.is_synthetic,
    cell.source_id,
    cell.dataset_id,
    cell.snapshot_id,
    cell.row_number
from {{ ref('stg_aggregate__cell') }} as cell
inner join {{ ref('int_registration_seal') }} as seal on cell.snapshot_id = seal.snapshot_id
cross join {{ ref('stg_run__parameter') }} as parameter
left join {{ ref('stg_aggregate__coverage') }} as coverage
    on
        cell.snapshot_id = coverage.snapshot_id
        and cell.subject = coverage.subject
        and cell.wet = coverage.wet
        and cell.period_id = coverage.period_id
