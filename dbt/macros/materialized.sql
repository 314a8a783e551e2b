{#
    Tables and views on DuckDB: made in place. dbt's own make a relation under another name, move the old one aside and
    rename, so that readers of a living database see no gap. A build database is new and nobody reads it while it is built;
    those statements came to a tenth of a refresh. Spark keeps its adapter's own.
#}
{%- materialization table, adapter='duckdb' -%}
    {{ return(made_in_place('table')) }}
{%- endmaterialization -%}

{%- materialization view, adapter='duckdb' -%}
    {{ return(made_in_place('view')) }}
{%- endmaterialization -%}

{%- macro made_in_place(kind) -%}
    {%- set target = this.incorporate(type=kind) -%}
    {{ drop_relation_if_exists(load_cached_relation(this)) }}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {{ create_table_as(false, target, compiled_code) if kind == 'table' else create_view_as(target, compiled_code) }}
    {%- endcall -%}
    {%- do persist_docs(target, model) -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{%- endmacro -%}
