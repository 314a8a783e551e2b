{#
    Values as published: the rows of the figures that were chosen; where anything was reckoned, the version of the
    register by which it was; and for what nobody delivered, the register that asks for it.
#}
with used as (
    select
        indicator_id,
        region_code,
        period_id,
        unnest([
            struct_pack(role := 'published', figure_id := published_figure_id),
            struct_pack(role := 'interval_low', figure_id := low_figure_id),
            struct_pack(role := 'interval_high', figure_id := high_figure_id),
            struct_pack(role := 'numerator', figure_id := numerator_figure_id),
            struct_pack(role := 'denominator', figure_id := denominator_figure_id)
        ]) as part
    from {{ ref('int_indicator_value') }}
),

figure as (
    select
        used.indicator_id,
        used.region_code,
        used.period_id,
        used.part['role'] as role,
        {{ figure_of('observation') }} as figure
    from used
    inner join {{ ref('int_observation') }} as observation on used.part['figure_id'] = observation.figure_id

    union all

    select
        indicator_id,
        region_code,
        period_id,
        'published' as role,
        measured_figure as figure
    from {{ ref('int_indicator_value') }}
    where measured_figure.snapshot_id is not null
)

{{ rests_on_raw(
    'fct_indicator_value',
    value_key('figure.indicator_id', 'figure.region_code', 'figure.period_id'),
    'figure.role',
    'figure.figure.raw_table', 'figure.figure', row_numbers_of('figure.figure', 'several'),
    raw_concept_of('figure.figure', 'several')
) }}
from figure
left join {{ ref('lineage_several_rows') }} as several
    on
        {{ same_figure('figure.figure', 'figure.region_code', 'several') }}

union all

{{ rests_on_row(
    'fct_indicator_value', value_key('value.indicator_id', 'value.region_code', 'value.period_id'), "'definition'",
    'dim_indicator_version', row_key(['value.indicator_id', 'value.version'])
) }}
from {{ ref('int_indicator_value') }} as value
inner join {{ ref('dim_indicator_version') }} as version
    on
        value.indicator_id = version.indicator_id
        and value.version = version.version
where
    value.numerator_figure_id is not null
    or version.published_offset != 0
    or version.published_factor != 1

union all

{{ rests_on_row(
    'fct_indicator_value', value_key('indicator_id', 'region_code', 'period_id'), "'not_collected'",
    'dim_indicator', row_key(['indicator_id'])
) }}
from {{ ref('int_indicator_value') }}
where
    published_figure_id is null
    and numerator_figure_id is null
    and measured_figure.snapshot_id is null
