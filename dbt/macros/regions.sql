{# Region codes as published: NL01, PV27, GM0396, WK039601, BU03960101. #}

{# A code without padding; the NL00 of Kerncijfers wijken en buurten is the NL01 of every other table. #}
{% macro region_code(key) -%}
    case upper(trim({{ key }})) when 'NL00' then 'NL01' else upper(trim({{ key }})) end
{%- endmacro %}

{# A gemeente by bare number (396, 0396) or by code. #}
{% macro gemeente_code(key) -%}
    case
        when {{ is_written_as('trim(' ~ key ~ ')', "'[0-9]{1,4}'") }} then 'GM' || lpad(trim({{ key }}), 4, '0')
        else {{ region_code(key) }}
    end
{%- endmacro %}

{# Kind of a region; null for kinds that are not published, such as COROP areas and landsdelen. #}
{% macro region_type(code) -%}
    case left({{ code }}, 2)
        when 'NL' then 'land'
        when 'PV' then 'provincie'
        when 'GM' then 'gemeente'
        when 'WK' then 'wijk'
        when 'BU' then 'buurt'
    end
{%- endmacro %}

{# What a CBS description says of an abolition: the new codes, each with the inhabitants that went there. #}
{% macro abolition(life) -%}
    regexp_extract({{ life }}, '^Opgeheven per [-\d]+, overgegaan naar:\n(- [^\n]*\n(\.\.\.[^\n]*\n?)?)+')
{%- endmacro %}

{# Day and new code of a renaming that came with a new code. #}
{% macro renaming(life) -%}
    regexp_extract(
        {{ life }}, 'Naamswijziging per ([-\d]+),\nnieuwe naam: [^\n]*\((GM\d{4})\)', ['day', 'code']
    )
{%- endmacro %}

{# The life of a region as CBS describes its code, with line ends of one kind. #}
{% macro region_life(description) -%}
    replace(coalesce({{ description }}, ''), chr(13), '')
{%- endmacro %}

{# Whether a region existed on a day, by the columns valid_from and valid_to of a row. #}
{% macro existed_on(life, day) -%}
    {{ day }} between
        coalesce({{ life }}.valid_from, date '0001-01-01') and coalesce({{ life }}.valid_to, date '9999-12-31')
{%- endmacro %}
