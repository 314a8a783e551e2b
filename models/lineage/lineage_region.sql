{#
    Regions: the row of a code list that names them, the inhabitants that give their size, and for a region that no list
    names, what mentions it. Shapes come from the workspace's own map.
#}
with region as (
    select * from {{ ref('int_region') }}
),

sized as (
    select
        region_code,
        inhabitants_figure as figure
    from region
    where size_class is not null
)

{{ rests_on_raw(
    'dim_region', row_key(['region.region_code']), "'code_list'", "'cbs_code'", 'region', '[region.row_number]'
) }}
from region
where region.snapshot_id is not null

union all

{{ rests_on_raw(
    'dim_region', row_key(['sized.region_code']), "'inhabitants'",
    'sized.figure.raw_table', 'sized.figure', row_numbers_of('sized.figure', 'several'),
    raw_concept_of('sized.figure', 'several')
) }}
from sized
left join {{ ref('lineage_several_rows') }} as several
    on
        {{ same_figure('sized.figure', 'sized.region_code', 'several') }}

union all

{{ rests_on_set(
    'dim_region', row_key(['region_code']), "'mentioned_by'", 'fct_indicator_value',
    equals('region_code', 'region_code')
) }}
from region
where
    snapshot_id is null
    and region_code in (select value.region_code from {{ ref('fct_indicator_value') }} as value)

union all

{{ rests_on_set(
    'dim_region', row_key(['region_code']), "'mentioned_by'", 'fct_break', equals('region_code', 'region_code')
) }}
from region
where
    snapshot_id is null
    and region_code in (select series_break.region_code from {{ ref('fct_break') }} as series_break)

union all

{{ rests_on_set(
    'dim_region', row_key(['region_code']), "'contains'", 'dim_region', equals('parent_code', 'region_code')
) }}
from region
where
    snapshot_id is null
    and region_code in (select child.parent_code from region as child)

union all

-- a buurt of which neither wijk nor gemeente is listed leads to both
{{ rests_on_set(
    'dim_region', row_key(['region_code']), "'contains'", 'dim_region',
    "'region_code like ''BU' || substr(region_code, 3, 4) || '%'''"
) }}
from region
where
    snapshot_id is null
    and region_type = 'gemeente'
    and exists (
        select 1 from region as child
        where child.region_type = 'buurt' and substr(child.region_code, 3, 4) = substr(region.region_code, 3, 4)
    )

union all

{{ rests_on_seed(
    'dim_region', row_key(['region.region_code']), "'mentioned_by'", "'settings'", "'gemeente'"
) }}
from region
inner join {{ ref('stg_run__parameter') }} as parameter on region.region_code = parameter.workspace_gemeente
where region.snapshot_id is null

union all

{{ rests_on_raw(
    'dim_region_shape', row_key(['shape.region_code']), "'shape'", "'region_shape'", 'shape', '[shape.row_number]'
) }}
from {{ ref('stg_municipal__region_shape') }} as shape
