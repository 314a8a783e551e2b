{# What people keep in the product: the register of indicators, breaks and contracts; and the periods that occur. #}
{% set mentions = {
    'fct_indicator_value': ['period_id'],
    'fct_indicator_revision': ['period_id'],
    'dim_objective': ['baseline_period_id', 'target_period_id'],
    'fct_indicator_trend': ['outlook_period_id'],
    'fct_objective_outlook': ['outlook_period_id'],
    'fct_budget': ['period_id'],
    'fct_cost': ['period_id'],
    'fct_care_printed': ['period_id'],
    'dim_maatregel': ['effect_period_id'],
} %}
with indicator as (
    select
        *,
        'municipal' as file_source
    from {{ ref('int_indicator') }}
),

own as (
    select
        indicator_id,
        raw_table,
        struct_pack(
            source_id := file_source, dataset_id := dataset_id, snapshot_id := snapshot_id, row_number := row_number
        ) as line
    from indicator
    where raw_table is not null
),

cell_of_period as (
    select
        period_id,
        source_id,
        dataset_id,
        snapshot_id,
        min(row_number) as row_number
    from {{ ref('int_registration_cell') }}
    group by period_id, source_id, dataset_id, snapshot_id
)

{{ rests_on_seed('dim_indicator', row_key(['indicator_id']), "'register'", "'indicators'", row_key(['indicator_id'])) }}
from indicator
where raw_table is null

union all

{{ rests_on_row(
    'dim_indicator', row_key(['indicator_id']), "'definition'",
    'dim_indicator_version', row_key(['indicator_id', 'version'])
) }}
from indicator
where raw_table is null

union all

{{ rests_on_raw(
    'dim_indicator', row_key(['own.indicator_id']), "'definition'", 'own.raw_table', 'own.line', '[own.line.row_number]'
) }}
from own

union all

{{ rests_on_seed(
    'dim_indicator_version', row_key(['indicator_id', 'version']), "'register'",
    "'indicator_versions'", row_key(['indicator_id', 'version'])
) }}
from {{ ref('dim_indicator_version') }}

union all

{{ rests_on_seed(
    'fct_break', row_key(['indicator_id', 'region_code', 'break_date', 'reason']), "'register'", 'seed', 'seed_key'
) }}
from {{ ref('int_break') }}

union all

{{ rests_on_seed(
    'dim_dataset', row_key(['source_id', 'dataset_id']), "'contract'", "'contracts'",
    row_key(['source_id', 'dataset_id'])
) }}
from {{ ref('dim_dataset') }}

union all

{{ rests_on_raw(
    'dim_dataset', row_key(['dataset.source_id', 'dataset.dataset_id']), "'newest'", "'cbs_table'",
    'described', '[described.row_number]'
) }}
from {{ ref('dim_dataset') }} as dataset
inner join {{ ref('stg_cbs__table') }} as described
    on
        dataset.source_id = described.source_id
        and dataset.dataset_id = described.dataset_id
        and dataset.snapshot_id = described.snapshot_id
{% for table, columns in mentions.items() %}{% for column in columns %}
union all

{{ rests_on_set(
    'dim_period', row_key(['period.period_id']), "'mentioned_by'", table, equals(column, 'period.period_id')
) }}
from {{ ref('dim_period') }} as period
where period.period_id in (select mention.{{ column }} from {{ ref(table) }} as mention)
{% endfor %}{% endfor %}
union all

{{ rests_on_raw(
    'dim_period', row_key(['cell.period_id']), "'mentioned_by'", "'registration_cell'", 'cell', '[cell.row_number]'
) }}
from cell_of_period as cell
