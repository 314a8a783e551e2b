{% macro staged_observations(relation, region, detail=none) %}
{#
    Observations of one source under the warehouse's own names and types; every source's raw table has the same columns.
    relation: the raw table. region: SQL that turns its region_key into a region code. detail: its column for the codes
    of further dimensions, where it has one.
#}
with read as (
    select
        *,
        {{ figure('value_text', 'value_attribute') }} as value
    from {{ relation }}
)

select
    -- where it came from
    source_id,
    dataset_id,
    snapshot_id,
    row_number,

    -- what, where, when
    trim(concept_id) as concept_id,
    measure_key,
    {{ region }} as region_code,
    {{ period_id('period_key') }} as period_id,
    {% if detail -%}
    {{ detail }},
    {% endif %}

    -- how much
    value,
    {{ absence('value_text', 'value_attribute', 'value') }} as absence,
    coalesce(is_synthetic, false) as is_synthetic
from read
{% endmacro %}

{# The staged observations of several sources, one under the other, without what only one source has. #}
{% macro union_observations(models) -%}
    {%- for model in models %}
        select
            source_id,
            dataset_id,
            snapshot_id,
            row_number,
            concept_id,
            region_code,
            period_id,
            value,
            absence,
            is_synthetic
        from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}

{# The raw table in which the figures of a source stand. #}
{% macro observation_table(source) -%}
    case {{ source }} when 'aggregate' then 'registration_cell' else {{ source }} || '_observation' end
{%- endmacro %}

{#
    Which figure of which snapshot a row of int_observation is. Its row number is null where several rows make the
    figure: they are those of the same concept, region and period.
#}
{% macro figure_of(observation) -%}
    {{ record({
        'raw_table': observation_table(observation ~ '.source_id'),
        'source_id': observation ~ '.source_id',
        'dataset_id': observation ~ '.dataset_id',
        'snapshot_id': observation ~ '.snapshot_id',
        'row_number': observation ~ '.row_number',
        'concept_id': observation ~ '.concept_id',
        'period_id': observation ~ '.period_id',
    }) }}
{%- endmacro %}

{# Whether a figure is the newest of its indicator and region that has a value; `period` is the row of dim_period. #}
{% macro is_newest(figure, period) -%}
    {{ figure }}.value is not null
    and row_number() over (
        partition by {{ figure }}.indicator_id, {{ figure }}.region_code
        order by {{ figure }}.value is null, {{ period }}.end_date desc, {{ figure }}.period_id desc
    ) = 1
{%- endmacro %}
