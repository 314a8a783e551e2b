{# How names and units of others are compared, and how numbers are told in Dutch sentences. #}

{# A name or unit without case, accents, spaces and the point in thousands: "Per 10.000 inw" is "per10000inw". #}
{% macro label_key(text) -%}
    replace({{ without_pattern('lower(' ~ without_accents(text) ~ ')', "'\\s+'") }}, '.', '')
{%- endmacro %}

{# A region's name by its letters and digits only: Súdwest-Fryslân and Sudwest-Fryslan are the same. #}
{% macro region_key(text) -%}
    {{ without_pattern('lower(' ~ without_accents(text) ~ ')', "'[^a-z0-9]'") }}
{%- endmacro %}

{# A number as a Dutch sentence writes it: 42,6 and 314, without thousands separators and at most four decimals. #}
{% macro in_dutch(number) -%}
    regexp_replace(replace({{ number_text(rounded(number, 4)) }}, '.', ','), ',0$', '')
{%- endmacro %}

{# Half the last digit that was printed: 0.05 for 42.6, 0.5 for 42; null without a number. #}
{% macro half_digit(number_text) -%}
    (0.5 / power(10, length(split_part({{ number_text }}, '.', 2))))
{%- endmacro %}

{# Whether two figures differ by about ten times, which is how a unit switch looks. #}
{% macro is_tenfold(one, other) -%}
    ({{ one }} > 0 and {{ other }} > 0 and (
        {{ one }} / {{ other }} between 8 and 12 or {{ other }} / {{ one }} between 8 and 12
    ))
{%- endmacro %}

{# A rate base as it is printed: 1.000, 10.000; 100 is a percentage and has no such word. #}
{% macro per_how_many(base) -%}
    case cast(round({{ base }}) as integer) when 1000 then '1.000' when 10000 then '10.000' when 100000 then '100.000' when 100 then '100' end
{%- endmacro %}

{# Name of an action: its plan, or the workspace where it names none, and the line of the file on which it stands. #}
{% macro action_id(plan, line) -%}
    coalesce({{ plan }}, 'workspace') || '-a' || case when {{ line }} < 10 then '0' else '' end || {{ line }}
{%- endmacro %}
