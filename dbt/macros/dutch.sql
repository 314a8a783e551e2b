{# Codes of the marts in the words of the views for analysts; tests hold them against the words of site and workbook. #}

{% macro better_in_dutch(direction) -%}
    case {{ direction }} when 'up' then 'hoger is beter' when 'down' then 'lager is beter' end
{%- endmacro %}

{% macro trend_in_dutch(trend) -%}
    case {{ trend }}
        when 'up' then 'stijgend'
        when 'down' then 'dalend'
        when 'no_significant_change' then 'niet aantoonbaar veranderd'
        when 'too_few_points' then 'te weinig metingen'
    end
{%- endmacro %}

{% macro value_status_in_dutch(status) -%}
    case {{ status }}
        when 'definitive' then 'definitief'
        when 'provisional' then 'voorlopig'
        when 'revised' then 'herzien'
    end
{%- endmacro %}

{% macro absence_in_dutch(absence) -%}
    case {{ absence }}
        when 'impossible' then 'kan niet voorkomen'
        when 'unknown' then 'onbekend'
        when 'suppressed' then 'te klein om te tonen'
        when 'not_available' then 'niet beschikbaar'
        when 'not_collected' then 'niet gemeten'
    end
{%- endmacro %}

{% macro kind_in_dutch(kind) -%}
    case {{ kind }}
        when 'level' then 'een niveau'
        when 'absolute_change' then 'een verandering'
        when 'relative_change' then 'een verandering in procenten'
        when 'not_above_baseline' then 'niet boven de start'
        when 'hold' then 'vasthouden'
        when 'every_wijk' then 'in elke wijk'
        when 'yearly_growth' then 'elk jaar groei'
        when 'band' then 'binnen grenzen'
        when 'directional' then 'een richting'
        when 'qualitative' then 'in woorden'
    end
{%- endmacro %}

{# The name of a region without the sort that CBS adds where two share it: Utrecht (PV) is Utrecht. #}
{% macro place_in_dutch(name) -%}
    regexp_replace({{ name }}, ' [(](PV|gemeente)[)]$', '')
{%- endmacro %}

{#
    Where a value comes from, in one line: what the figure itself says, else whom its snapshot names and which table.
    value: a row of fct_indicator_value. snapshot: its row of stg_run__snapshot.
#}
{% macro source_in_dutch(value, snapshot) -%}
    coalesce(
        {{ value }}.source_text,
        regexp_replace({{ snapshot }}.attribution, '^Bron: ', '') || coalesce(', tabel ' || {{ snapshot }}.table_id, '')
    )
{%- endmacro %}
