{# The layer's name is the schema's name: `marts`, never `main_marts`; on Spark `opkoers_marts`, see profiles.yml. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set layer = custom_schema_name | trim if custom_schema_name else target.schema -%}
    {{ target.schema ~ '_' ~ layer if target.type == 'spark' and custom_schema_name else layer }}
{%- endmacro %}
