{{ config(meta={"dagster": {"ref": {"name": "fct_indicator_value"}}}) }}
-- Dimensions hold whatever the facts name, so a key that leads nowhere is a fault of the models.
-- An indicator that a workspace's file misspells is a fault of the data: the gate after the build refuses it by name.
-- Returns every key that leads nowhere, with the column that holds it.
{% set keys = [
    ('fct_indicator_value', 'region_code', 'dim_region', 'region_code'),
    ('fct_indicator_value', 'period_id', 'dim_period', 'period_id'),
    ('fct_indicator_trend', 'region_code', 'dim_region', 'region_code'),
    ('fct_break', 'indicator_id', 'dim_indicator', 'indicator_id'),
    ('fct_break', 'region_code', 'dim_region', 'region_code'),
    ('fct_indicator_trend', 'outlook_period_id', 'dim_period', 'period_id'),
    ('fct_objective_attainment', 'indicator_id', 'dim_indicator', 'indicator_id'),
    ('fct_objective_attainment', 'region_code', 'dim_region', 'region_code'),
    ('fct_objective_attainment', 'period_id', 'dim_period', 'period_id'),
    ('fct_objective_attainment', 'target_period_id', 'dim_period', 'period_id'),
    ('fct_objective_outlook', 'objective_id', 'dim_objective', 'objective_id'),
    ('fct_objective_outlook', 'outlook_period_id', 'dim_period', 'period_id'),
    ('fct_objective_outlook', 'region_code', 'dim_region', 'region_code'),
    ('dim_region', 'parent_code', 'dim_region', 'region_code'),
    ('dim_action_indicator', 'action_id', 'dim_action', 'action_id'),
    ('dim_maatregel', 'effect_period_id', 'dim_period', 'period_id'),
    ('fct_budget', 'period_id', 'dim_period', 'period_id'),
    ('fct_cost', 'period_id', 'dim_period', 'period_id'),
    ('fct_care_use', 'period_id', 'dim_period', 'period_id'),
    ('fct_care_cost', 'period_id', 'dim_period', 'period_id'),
    ('fct_care_flow', 'period_id', 'dim_period', 'period_id'),
    ('fct_care_stacking', 'period_id', 'dim_period', 'period_id'),
    ('fct_care_outlook', 'period_id', 'dim_period', 'period_id'),
    ('fct_care_printed', 'period_id', 'dim_period', 'period_id'),
    ('fct_registration_count', 'period_id', 'dim_period', 'period_id'),
] %}
{% for child, foreign_key, parent, key in keys %}
select distinct
    '{{ child }}.{{ foreign_key }}' as key_column,
    child.{{ foreign_key }} as key_value
from {{ ref(child) }} as child
left join {{ ref(parent) }} as parent on child.{{ foreign_key }} = parent.{{ key }}
where
    child.{{ foreign_key }} is not null
    and parent.{{ key }} is null
{% if not loop.last %}union all{% endif %}
{% endfor %}
