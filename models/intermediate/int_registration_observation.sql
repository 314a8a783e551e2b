{#
    Counts of the registrations under the concepts by which the register of indicators knows them: of the gemeente, and
    of its wijken where the export gives their codes. A part of a period is no figure of it, so only whole ones count.
#}
select
    concept.concept_id,
    cell.region_code,
    cell.period_id,
    cell.source_id,
    cell.dataset_id,
    cast(cell.value as double) as value,
    cell.absence,
    cell.is_synthetic,
    cell.snapshot_id,
    cell.row_number,
    seal.retrieved_at
from {{ ref('registration_concepts') }} as concept
inner join {{ ref('int_registration_cell') }} as cell
    on
        concept.subject = cell.subject
        and concept.measure = cell.measure
        and concept.wet = cell.wet
        and concept.category = cell.category
        and concept.form = cell.form
inner join {{ ref('int_registration_seal') }} as seal on cell.snapshot_id = seal.snapshot_id
cross join {{ ref('stg_run__parameter') }} as parameter
where
    cell.is_whole
    and cell.referrer = 'totaal'
    and cell.n_provisions = 'totaal'
    and (
        cell.wijk = 'totaal'
        or {{ is_written_as('cell.wijk', "('WK' || right(parameter.workspace_gemeente, 4) || '[0-9]{2}')") }}
    )
