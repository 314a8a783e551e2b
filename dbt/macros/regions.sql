{# Region codes as published: NL01, PV27, GM0396, WK039601, BU03960101. #}

{# A code without padding; the NL00 of Kerncijfers wijken en buurten is the NL01 of every other table. #}
{% macro region_code(key) -%}
    case upper(trim({{ key }})) when 'NL00' then 'NL01' else upper(trim({{ key }})) end
{%- endmacro %}

{# A gemeente by bare number (396, 0396) or by code. #}
{% macro gemeente_code(key) -%}
    case
        when trim({{ key }}) similar to '[0-9]{1,4}' then 'GM' || lpad(trim({{ key }}), 4, '0')
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
