{# Revisions of published figures, as the values of the indicators that rest on them. #}
with part as (
    select
        indicator_id,
        'rate_published' as part,
        published_concept as concept_id,
        published_offset as part_offset,
        published_factor as part_factor,
        valid_from,
        valid_to
    from {{ ref('indicator_versions') }}
    union all
    select
        indicator_id,
        'numerator' as part,
        numerator_concept as concept_id,
        0 as part_offset,
        1 as part_factor,
        valid_from,
        valid_to
    from {{ ref('indicator_versions') }}
    union all
    select
        indicator_id,
        'denominator' as part,
        denominator_concept as concept_id,
        0 as part_offset,
        1 as part_factor,
        valid_from,
        valid_to
    from {{ ref('indicator_versions') }}
)

select
    part.indicator_id,
    revision.region_code,
    revision.period_id,
    part.part,
    part.part_offset + part.part_factor * revision.old_value as old_value,
    part.part_offset + part.part_factor * revision.new_value as new_value,
    revision.old_absence,
    revision.new_absence,
    revision.old_status,
    revision.new_status,
    revision.old_snapshot_id,
    revision.new_snapshot_id,
    revision.is_synthetic,
    revision.seen_at,
    -- the figures
    revision.concept_id,
    revision.source_id,
    revision.dataset_id,
    revision.old_row_number,
    revision.new_row_number
from part
inner join {{ ref('int_revision') }} as revision
    on
        part.concept_id = revision.concept_id
        and {{ in_force('part', 'revision.period_id') }}
