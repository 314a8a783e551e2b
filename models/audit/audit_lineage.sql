{# What every published row rests on. Which row that is was chosen where the value was made; it is only read here. #}
{% set kinds = [
    'lineage_value', 'lineage_territory', 'lineage_series', 'lineage_benchmark', 'lineage_revision', 'lineage_region',
    'lineage_register', 'lineage_plan', 'lineage_objective', 'lineage_money', 'lineage_care', 'lineage_view',
] %}
{% for kind in kinds %}
select
    table_name,
    row_key,
    role,
    raw_table,
    source_id,
    dataset_id,
    snapshot_id,
    array_to_string(row_numbers, ',') as row_numbers,
    concept_id,
    parent_table,
    parent_row_key,
    parent_filter,
    seed,
    seed_key
from {{ ref(kind) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
