{#
    Tables of Parquet files that DuckDB handed over, and fresh schemas for what is made of them. The schemas are this
    product's own: what stands in them goes first.
    location: folder that Spark reads and writes. tables: layer to names; each lies in location/layer/name.
    made: the layers that are made here.
#}
{% macro hand_over(location, tables, made) -%}
    {% for layer in tables.keys() | list + made %}
        {% do run_query('drop schema if exists ' ~ generate_schema_name(layer, none) ~ ' cascade') %}
        {% do run_query(
            'create schema ' ~ generate_schema_name(layer, none) ~ " location '" ~ location ~ '/' ~ layer ~ "'"
        ) %}
    {% endfor %}
    {% for layer, names in tables.items() %}
        {% for name in names %}
            {% do run_query(
                'create table ' ~ generate_schema_name(layer, none) ~ '.' ~ name
                ~ " using parquet location '" ~ location ~ '/' ~ layer ~ '/' ~ name ~ "'"
            ) %}
        {% endfor %}
    {% endfor %}
{%- endmacro %}
