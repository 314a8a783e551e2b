{#
    What a published row rests on, as the first lines of a select: every macro gives the same columns, so that the
    models of models/lineage can be put one under the other.
    table: the published table. key: its row, by row_key. role: what the row takes from there.
#}

{#
    Rows of a snapshot. row: what has source_id, dataset_id and snapshot_id. numbers: list of row numbers. concept: which
    figure of the row counts, for lines that hold several.
#}
{% macro rests_on_raw(table, key, role, raw_table, row, numbers, concept="cast(null as string)") -%}
    select
        {{ lineage_row(table, key, role) }}
        {{ raw_table }} as raw_table,
        {{ row }}.source_id,
        {{ row }}.dataset_id,
        {{ row }}.snapshot_id,
        {{ numbers }} as row_numbers,
        {{ concept }} as concept_id,
        cast(null as string) as parent_table,
        cast(null as string) as parent_row_key,
        cast(null as string) as parent_filter,
        cast(null as string) as seed,
        cast(null as string) as seed_key
{%- endmacro %}

{# Another published row. #}
{% macro rests_on_row(table, key, role, parent, parent_key) -%}
    select
        {{ lineage_row(table, key, role) }}
        {{ no_raw_row() }}
        '{{ parent }}' as parent_table,
        {{ parent_key }} as parent_row_key,
        cast(null as string) as parent_filter,
        cast(null as string) as seed,
        cast(null as string) as seed_key
{%- endmacro %}

{# All rows of a published table that meet a condition; filter: SQL that writes the condition. #}
{% macro rests_on_set(table, key, role, parent, filter) -%}
    select
        {{ lineage_row(table, key, role) }}
        {{ no_raw_row() }}
        '{{ parent }}' as parent_table,
        cast(null as string) as parent_row_key,
        {{ filter }} as parent_filter,
        cast(null as string) as seed,
        cast(null as string) as seed_key
{%- endmacro %}

{# A fact that people keep in the product or in the settings of the workspace. #}
{% macro rests_on_seed(table, key, role, seed, seed_key) -%}
    select
        {{ lineage_row(table, key, role) }}
        {{ no_raw_row() }}
        cast(null as string) as parent_table,
        cast(null as string) as parent_row_key,
        cast(null as string) as parent_filter,
        {{ seed }} as seed,
        {{ seed_key }} as seed_key
{%- endmacro %}

{% macro lineage_row(table, key, role) -%}
    '{{ table }}' as table_name,
        {{ key }} as row_key,
        {{ role }} as role,
{%- endmacro %}

{% macro no_raw_row() -%}
    cast(null as string) as raw_table,
        cast(null as string) as source_id,
        cast(null as string) as dataset_id,
        cast(null as string) as snapshot_id,
        cast(null as bigint []) as row_numbers,
        cast(null as string) as concept_id,
{%- endmacro %}

{# A condition that a column equals a text, as SQL that writes it. #}
{% macro equals(column, text) -%}
    '{{ column }} = ''' || replace({{ text }}, '''', '''''') || ''''
{%- endmacro %}

{# The row of fct_indicator_value that a series follows: gemeenten in today's division, others as published. #}
{% macro series_value_key(point) -%}
    {{ row_key([point ~ '.indicator_id', point ~ '.region_code', point ~ '.period_id']) }}
    || case {{ region_type(point ~ '.region_code') }} when 'gemeente' then '|current' else '|as_published' end
{%- endmacro %}

{# The row of fct_indicator_value as it was published. #}
{% macro value_key(indicator, region, period) -%}
    {{ row_key([indicator, region, period]) }} || '|as_published'
{%- endmacro %}

{# The row numbers of a figure (see figure_of): its own, or those that lineage_several_rows knows. #}
{% macro row_numbers_of(figure, several) -%}
    case when {{ figure }}.row_number is not null then [{{ figure }}.row_number] else {{ several }}.row_numbers end
{%- endmacro %}

{#
    What the raw rows of a figure count: years of age are the same for every band, and rows that are no observations have
    no concept.
#}
{% macro raw_concept_of(figure, several) -%}
    case
        when {{ figure }}.row_number is null then {{ several }}.raw_concept_id
        when {{ figure }}.raw_table like '%_observation' then {{ figure }}.concept_id
    end
{%- endmacro %}

{#
    How lineage_several_rows is joined to a figure of a region. It has no rows of figures that are one row; a condition
    that says so would keep DuckDB from a hash join, and every figure of a country would be held against every band.
#}
{% macro same_figure(figure, region, several) -%}
    {{ figure }}.source_id = {{ several }}.source_id
            and {{ figure }}.dataset_id = {{ several }}.dataset_id
            and {{ figure }}.snapshot_id = {{ several }}.snapshot_id
            and {{ figure }}.concept_id = {{ several }}.concept_id
            and {{ figure }}.period_id = {{ several }}.period_id
            and {{ region }} = {{ several }}.region_code
{%- endmacro %}
