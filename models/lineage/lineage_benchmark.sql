{#
    Who is like whom, and what a value is measured by. Medians, ranks and percentiles rest on the values of all regions
    of the indicator and period: one condition, and not hundreds of rows for each row.
#}
{% set value = row_key(['indicator_id', 'region_code', 'period_id']) %}
with benchmark as (
    select
        fact.*,
        region.parent_code
    from {{ ref('fct_indicator_benchmark') }} as fact
    left join {{ ref('dim_region') }} as region on fact.region_code = region.region_code
),

profile as (
    select * from {{ ref('int_region_profile') }}
),

characteristic as (
    select
        region_code,
        characteristic,
        unnest([
            struct_pack(role := 'value', figure := figure),
            struct_pack(role := 'divided_by', figure := whole_figure)
        ]) as part
    from profile
),

figure as (
    select
        region_code,
        characteristic,
        part['role'] as role,
        part['figure'] as figure
    from characteristic
    where part['figure'].snapshot_id is not null
)

{{ rests_on_row(
    'fct_indicator_benchmark', value, "'own'",
    'fct_indicator_value', value_key('indicator_id', 'region_code', 'period_id')
) }}
from benchmark

union all

{{ rests_on_row(
    'fct_indicator_benchmark', value, "'national'",
    'fct_indicator_value', value_key('indicator_id', "'NL01'", 'period_id')
) }}
from benchmark
where
    national is not null
    and not national_is_derived

union all

{{ rests_on_row(
    'fct_indicator_benchmark', value, "'provincial'",
    'fct_indicator_value', value_key('indicator_id', 'parent_code', 'period_id')
) }}
from benchmark
where
    provincial is not null
    and not provincial_is_derived

union all

{{ rests_on_set(
    'fct_indicator_benchmark', value, "'compared'", 'fct_indicator_value',
    equals('indicator_id', 'indicator_id') ~ " || ' and ' || " ~ equals('period_id', 'period_id')
    ~ " || ' and territory = ''as_published'''"
) }}
from benchmark

union all

{{ rests_on_set(
    'fct_indicator_benchmark', value, "'peer'", 'dim_peer', equals('region_code', 'region_code')
) }}
from benchmark
where n_peers > 0

union all

{{ rests_on_set(
    'dim_peer', row_key(['region_code', 'peer_code']), "'profile'", 'dim_region_profile',
    "'region_code in (''' || region_code || ''', ''' || peer_code || ''')'"
) }}
from {{ ref('dim_peer') }}

union all

{{ rests_on_raw(
    'dim_region_profile', row_key(['figure.region_code', 'figure.characteristic']), 'figure.role',
    'figure.figure.raw_table', 'figure.figure', row_numbers_of('figure.figure', 'several'),
    raw_concept_of('figure.figure', 'several')
) }}
from figure
left join {{ ref('lineage_several_rows') }} as several
    on
        {{ same_figure('figure.figure', 'figure.region_code', 'several') }}

union all

{{ rests_on_set(
    'dim_region_profile', row_key(['region_code', 'characteristic']), "'standard'", 'dim_region_profile',
    equals('characteristic', 'characteristic')
) }}
from profile
