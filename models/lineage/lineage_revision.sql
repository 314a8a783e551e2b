{# Revisions: the figure as it was told and as it was told anew. #}
with told as (
    select
        indicator_id,
        region_code,
        period_id,
        part,
        new_snapshot_id,
        unnest([
            struct_pack(
                role := 'old',
                figure := struct_pack(
                    raw_table := {{ observation_table('source_id') }},
                    source_id := source_id,
                    dataset_id := dataset_id,
                    snapshot_id := old_snapshot_id,
                    row_number := old_row_number,
                    concept_id := concept_id,
                    period_id := period_id
                )
            ),
            struct_pack(
                role := 'new',
                figure := struct_pack(
                    raw_table := {{ observation_table('source_id') }},
                    source_id := source_id,
                    dataset_id := dataset_id,
                    snapshot_id := new_snapshot_id,
                    row_number := new_row_number,
                    concept_id := concept_id,
                    period_id := period_id
                )
            )
        ]) as side
    from {{ ref('int_indicator_revision') }}
),

figure as (
    select
        indicator_id,
        region_code,
        period_id,
        part,
        new_snapshot_id,
        side['role'] as role,
        side['figure'] as figure
    from told
)

{{ rests_on_raw(
    'fct_indicator_revision',
    row_key(['figure.indicator_id', 'figure.region_code', 'figure.period_id', 'figure.part', 'figure.new_snapshot_id']),
    'figure.role',
    'figure.figure.raw_table', 'figure.figure', row_numbers_of('figure.figure', 'several'),
    raw_concept_of('figure.figure', 'several')
) }}
from figure
left join {{ ref('lineage_several_rows') }} as several
    on
        {{ same_figure('figure.figure', 'figure.region_code', 'several') }}
