{# Reading text as it was sent: numbers, dates, moments, and why a figure is absent. #}

{# A number written with a decimal comma or a decimal point, without thousands separators; null when it is neither. #}
{% macro to_number(text) -%}
    try_cast(replace(trim({{ text }}), ',', '.') as double)
{%- endmacro %}

{# A date written as 2024-01-31, with or without a time after it, or as 31-01-2024; null when it is neither. #}
{% macro to_date(text) -%}
    coalesce(
        try_cast(left(trim({{ text }}), 10) as date),
        cast(try_strptime(left(trim({{ text }}), 10), '%d-%m-%Y') as date)
    )
{%- endmacro %}

{# A moment in UTC out of ISO 8601 (an offset is reckoned in) or an HTTP date; null when it is neither. #}
{% macro to_timestamp_utc(text) -%}
    case
        when trim({{ text }}) similar to '.*T.*(Z|[+-][0-9]{2}:?[0-9]{2})'
            then make_timestamp(epoch_us(try_cast(trim({{ text }}) as timestamptz)))
        else coalesce(
            try_cast(trim({{ text }}) as timestamp),
            try_strptime(trim({{ text }}), '%a, %d %b %Y %H:%M:%S GMT')
        )
    end
{%- endmacro %}

{# Text without surrounding space; null when nothing is left. #}
{% macro to_text(text) -%}
    nullif(trim({{ text }}), '')
{%- endmacro %}

{# True for the ways in which people and machines write yes. #}
{% macro to_boolean(text) -%}
    coalesce(lower(trim({{ text }})) in ('true', '1', 'ja', 'yes', 'waar'), false)
{%- endmacro %}

{#
    Why a figure is absent; null when there is one. The attribute speaks first: the publisher's own (OData v4), or that
    of a cell whose contract knows its text as a mark of suppression. Without it a blank is a figure that cannot occur,
    '.' and null one that is unknown, '<5' one that is kept secret.
#}
{% macro absence(value_text, value_attribute, value) -%}
    case
        when {{ value_attribute }} = 'Impossible' then 'impossible'
        when {{ value_attribute }} in ('Confidential', 'suppressed') then 'suppressed'
        when {{ value_attribute }} = 'NotAvailable' then 'not_available'
        when {{ value }} is not null then null
        when trim({{ value_text }}) = '' then 'impossible'
        when trim({{ value_text }}) like '<%' then 'suppressed'
        when lower(trim({{ value_text }})) = 'gegevens niet beschikbaar' then 'not_available'
        else 'unknown'
    end
{%- endmacro %}

{# The value, unless the attribute says that there is none. #}
{% macro figure(value_text, value_attribute) -%}
    case
        when coalesce({{ value_attribute }}, 'None') not in ('Impossible', 'Confidential', 'NotAvailable', 'suppressed')
            then {{ to_number(value_text) }}
    end
{%- endmacro %}

{# A list of names as SQL literals: 'a', 'b'. #}
{% macro quoted_list(names) -%}
    {%- for name in names %}'{{ name }}'{% if not loop.last %}, {% endif %}{% endfor -%}
{%- endmacro %}

{# Euros, to the cent; null when the text is no number. #}
{% macro to_amount(text) -%}
    try_cast(replace(trim({{ text }}), ',', '.') as decimal(18, 2))
{%- endmacro %}

{#
    Whether a unit makes regions of another size comparable: a share, a rate, an amount, an index. Of a count the
    difference between a wijk and its gemeente only tells that the wijk is smaller.
#}
{% macro is_relative(unit) -%}
    (
        position('%' in {{ unit }}) > 0
        or {{ unit }} like '%per %'
        or {{ unit }} like '%euro%'
        or {{ unit }} like '%€%'
        or {{ unit }} = 'verhouding'
    )
{%- endmacro %}

{# A list that is written with commas, in its order; null when nothing is written. #}
{% macro to_list(text) -%}
    string_split_regex(nullif(trim({{ text }}, ' ,'), ''), '\s*,[\s,]*')
{%- endmacro %}

{# A reckoned amount, rounded to the cent. #}
{% macro euros(amount) -%}
    cast({{ rounded(amount, 2) }} as decimal(18, 2))
{%- endmacro %}

{#
    Columns as the key of a row: one text, in the order of the table's grain test, with a stroke between them. Nothing
    where a column is empty; a stroke or backslash within a text has a backslash before it.
#}
{% macro row_key(columns) -%}
    {%- for column in columns -%}
    replace(replace(coalesce(cast({{ column }} as string), ''), chr(92), chr(92) || chr(92)), '|', chr(92) || '|')
    {%- if not loop.last %} || '|' || {% endif -%}
    {%- endfor -%}
{%- endmacro %}
