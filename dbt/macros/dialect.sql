{#
    What DuckDB and Spark write differently. Each macro gives both the same result; what both read as it stands is
    written in the models as it stands. DuckDB's form is the default. Arguments are SQL, literals in their quotes, but
    for names of parts.

    Two rules keep models readable by both without a macro: a number that divides or is divided is written with an
    exponent (`12e0`), because Spark makes a decimal of `12.0`, with six places; and an order that may meet a null says
    where nulls go.
#}

{# Whether a whole text is written by a pattern. Nothing where the text is null. #}
{% macro is_written_as(text, pattern) -%}
    {{ adapter.dispatch('is_written_as', 'opkoers')(text, pattern) }}
{%- endmacro %}

{% macro default__is_written_as(text, pattern) -%}
    {{ text }} similar to {{ pattern }}
{%- endmacro %}

{% macro spark__is_written_as(text, pattern) -%}
    {{ text }} rlike '^(?:' || {{ pattern }} || ')$'
{%- endmacro %}

{# A text without every part that is written by a pattern. #}
{% macro without_pattern(text, pattern) -%}
    {{ adapter.dispatch('without_pattern', 'opkoers')(text, pattern) }}
{%- endmacro %}

{% macro default__without_pattern(text, pattern) -%}
    regexp_replace({{ text }}, {{ pattern }}, '', 'g')
{%- endmacro %}

{# A backslash in a literal escapes what follows there. #}
{% macro spark__without_pattern(text, pattern) -%}
    regexp_replace({{ text }}, {{ pattern | replace("\\", "\\\\") }}, '')
{%- endmacro %}

{# A text without accents. Spark has no such function: the letters of Latin-1 and Latin Extended-A are named. #}
{% macro without_accents(text) -%}
    {{ adapter.dispatch('without_accents', 'opkoers')(text) }}
{%- endmacro %}

{% macro default__without_accents(text) -%}
    strip_accents({{ text }})
{%- endmacro %}

{% macro spark__without_accents(text) -%}
    {%- set accented = 'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž' -%}
    {%- set plain = 'AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuyyAaAaAaCcCcCcCcDdEeEeEeEeEeGgGgGgGgHhIiIiIiIiIJjKkLlLlLlNnNnNnOoOoOoRrRrRrSsSsSsSsTtTtUuUuUuUuUuUuWwYyYZzZzZz' -%}
    translate({{ text }}, '{{ accented }}', '{{ plain }}')
{%- endmacro %}

{# A day as Dutch writes it: 31-01-2024. #}
{% macro dutch_day(day) -%}
    {{ adapter.dispatch('dutch_day', 'opkoers')(day) }}
{%- endmacro %}

{% macro default__dutch_day(day) -%}
    strftime({{ day }}, '%d-%m-%Y')
{%- endmacro %}

{% macro spark__dutch_day(day) -%}
    date_format({{ day }}, 'dd-MM-yyyy')
{%- endmacro %}

{# A first-of-the-month date some months on. #}
{% macro add_months(day, months) -%}
    {{ adapter.dispatch('add_months', 'opkoers')(day, months) }}
{%- endmacro %}

{% macro default__add_months(day, months) -%}
    cast({{ day }} + to_months({{ months }}) as date)
{%- endmacro %}

{% macro spark__add_months(day, months) -%}
    add_months({{ day }}, {{ months }})
{%- endmacro %}

{#
    A floating number, or a decimal, to some digits, halves away from zero. Spark rounds what a floating number would be
    in print (1.005 to 1.01); here, as in DuckDB, what it is (1.0).
#}
{% macro rounded(number, digits) -%}
    {{ adapter.dispatch('rounded', 'opkoers')(number, digits) }}
{%- endmacro %}

{% macro default__rounded(number, digits) -%}
    round({{ number }}, {{ digits }})
{%- endmacro %}

{% macro spark__rounded(number, digits) -%}
    (round(({{ number }}) * power(10e0, {{ digits }})) / power(10e0, {{ digits }}))
{%- endmacro %}

{# The same, of SQL over several lines. #}
{% macro rounded_to(digits) -%}
    {{ rounded(caller(), digits) }}
{%- endmacro %}

{# A number with at most four decimals as text with a point, and without zeros at its end but for one after the point. #}
{% macro number_text(number) -%}
    {{ adapter.dispatch('number_text', 'opkoers')(number) }}
{%- endmacro %}

{% macro default__number_text(number) -%}
    cast({{ number }} as string)
{%- endmacro %}

{% macro spark__number_text(number) -%}
    regexp_replace(cast(cast({{ number }} as decimal(38, 4)) as string), '(\\.[0-9]+?)0*$', '$1')
{%- endmacro %}

{# The value of the row with the least, or the greatest, `by`, also where that value is null. #}
{% macro value_at_least(value, by) -%}
    {{ adapter.dispatch('value_at_least', 'opkoers')(value, by) }}
{%- endmacro %}

{% macro default__value_at_least(value, by) -%}
    arg_min_null({{ value }}, {{ by }})
{%- endmacro %}

{% macro spark__value_at_least(value, by) -%}
    min_by({{ value }}, {{ by }})
{%- endmacro %}

{% macro value_at_most(value, by) -%}
    {{ adapter.dispatch('value_at_most', 'opkoers')(value, by) }}
{%- endmacro %}

{% macro default__value_at_most(value, by) -%}
    arg_max_null({{ value }}, {{ by }})
{%- endmacro %}

{% macro spark__value_at_most(value, by) -%}
    max_by({{ value }}, {{ by }})
{%- endmacro %}

{#
    Sum of floating numbers, added in one order, so that every run and both engines give the same last digit. where:
    which rows count. Nothing where there is no number.
#}
{% macro sum_in_order(value, order_by, where=none) -%}
    {{ adapter.dispatch('sum_in_order', 'opkoers')(value, order_by, where) }}
{%- endmacro %}

{% macro default__sum_in_order(value, order_by, where) -%}
    sum({{ value }} order by {{ order_by }}){% if where %} filter (where {{ where }}){% endif %}
{%- endmacro %}

{% macro spark__sum_in_order(value, order_by, where) -%}
    aggregate(
        {{ spark__list_in_order('cast(' ~ value ~ ' as double)', order_by, where) }},
        cast(null as double),
        (so_far, number) -> coalesce(so_far + number, so_far, number)
    )
{%- endmacro %}

{# Mean of floating numbers, added in one order. #}
{% macro mean_in_order(value, order_by) -%}
    {{ adapter.dispatch('mean_in_order', 'opkoers')(value, order_by) }}
{%- endmacro %}

{% macro default__mean_in_order(value, order_by) -%}
    avg({{ value }} order by {{ order_by }})
{%- endmacro %}

{% macro spark__mean_in_order(value, order_by) -%}
    ({{ spark__sum_in_order(value, order_by, none) }} / count({{ value }}))
{%- endmacro %}

{#
    What regression of y on x gives, over points in one order: part is sxx, sxy, syy or slope. Spark's own functions take
    the points as they come; these go the way of DuckDB's (Welford, and Schubert and Gertz 2018), step by step, because
    what is left after a line that fits is a difference in which only the last digits remain.
#}
{% macro regression(part, y, x, order_by) -%}
    {{ adapter.dispatch('regression', 'opkoers')(part, y, x, order_by) }}
{%- endmacro %}

{% macro default__regression(part, y, x, order_by) -%}
    regr_{{ part }}({{ y }}, {{ x }} order by {{ order_by }})
{%- endmacro %}

{% macro spark__regression(part, y, x, order_by) -%}
    {%- set finish = {
        'sxx': 'm.xx / m.n * m.n',
        'sxy': 'm.n * (m.xy / m.n)',
        'syy': 'm.yy / m.n * m.n',
        'slope': '(m.xy / m.n) / nullif(m.xx / m.n, 0)',
    } -%}
    aggregate(
        {{ spark__list_in_order("named_struct('y', " ~ y ~ ", 'x', " ~ x ~ ")", order_by, none) }},
        named_struct('n', 0e0, 'x', 0e0, 'y', 0e0, 'xx', 0e0, 'yy', 0e0, 'xy', 0e0),
        (m, p) -> named_struct(
            'n', m.n + 1,
            'x', m.x + (p.x - m.x) / (m.n + 1),
            'y', m.y + (p.y - m.y) / (m.n + 1),
            'xx', m.xx + (p.x - (m.x + (p.x - m.x) / (m.n + 1))) * (p.x - m.x),
            'yy', m.yy + (p.y - (m.y + (p.y - m.y) / (m.n + 1))) * (p.y - m.y),
            'xy', m.xy + (p.x - m.x) * (p.y - (m.y + (p.y - m.y) / (m.n + 1)))
        ),
        m -> {{ finish[part] }}
    )
{%- endmacro %}

{# Standard deviation of a whole population, over values in one order, by the same steps. #}
{% macro deviation_in_order(value, order_by) -%}
    {{ adapter.dispatch('deviation_in_order', 'opkoers')(value, order_by) }}
{%- endmacro %}

{% macro default__deviation_in_order(value, order_by) -%}
    stddev_pop({{ value }} order by {{ order_by }})
{%- endmacro %}

{% macro spark__deviation_in_order(value, order_by) -%}
    sqrt({{ spark__regression('sxx', '0e0', value, order_by) }} / count({{ value }}))
{%- endmacro %}

{# A number for each row of a table, in no order. #}
{% macro numbered() -%}
    {{ adapter.dispatch('numbered', 'opkoers')() }}
{%- endmacro %}

{% macro default__numbered() -%}
    row_number() over ()
{%- endmacro %}

{# A window over everything would bring all rows to one machine. #}
{% macro spark__numbered() -%}
    monotonically_increasing_id()
{%- endmacro %}

{#
    A list of values in an order that has no nulls in it. where: which rows count. DuckDB sorts the list afterwards: an
    aggregate that takes its rows in order keeps three times as much in memory, which a whole country does not fit in.
#}
{% macro list_in_order(value, order_by, where=none) -%}
    {{ adapter.dispatch('list_in_order', 'opkoers')(value, order_by, where) }}
{%- endmacro %}

{% macro default__list_in_order(value, order_by, where) -%}
    list_transform(
        list_sort(list({'key': {{ order_by }}, 'value': {{ value }}}){% if where %} filter (where {{ where }}){% endif %}),
        lambda item: item.value
    )
{%- endmacro %}

{% macro spark__list_in_order(value, order_by, where) -%}
    transform(
        sort_array(array_agg(named_struct('key', {{ order_by }}, 'value', {{ value }}))
        {%- if where %} filter (where {{ where }}){% endif %}),
        item -> item.value
    )
{%- endmacro %}

{# Texts of several rows as one, in an order; distinct: each text once, in its own order. #}
{% macro texts_in_order(text, separator, order_by, distinct=false) -%}
    {{ adapter.dispatch('texts_in_order', 'opkoers')(text, separator, order_by, distinct) }}
{%- endmacro %}

{% macro default__texts_in_order(text, separator, order_by, distinct) -%}
    string_agg({{ 'distinct ' if distinct }}{{ text }}, {{ separator }} order by {{ order_by }})
{%- endmacro %}

{# Spark's string_agg fails beside another aggregate of distinct values. #}
{% macro spark__texts_in_order(text, separator, order_by, distinct) -%}
    {%- set texts = 'array_sort(array_distinct(array_agg(' ~ text ~ ')))' if distinct
        else spark__list_in_order(text, order_by, none) -%}
    nullif(array_join({{ texts }}, {{ separator }}), '')
{%- endmacro %}

{# The texts of a list as one. #}
{% macro written_out(texts, separator) -%}
    {{ adapter.dispatch('written_out', 'opkoers')(texts, separator) }}
{%- endmacro %}

{% macro default__written_out(texts, separator) -%}
    array_to_string({{ texts }}, {{ separator }})
{%- endmacro %}

{% macro spark__written_out(texts, separator) -%}
    array_join({{ texts }}, {{ separator }})
{%- endmacro %}

{# A list of texts; without any, an empty one. #}
{% macro texts(items=[]) -%}
    {{ adapter.dispatch('texts', 'opkoers')(items) }}
{%- endmacro %}

{% macro default__texts(items) -%}
    cast([{{ items | join(', ') }}] as text[])
{%- endmacro %}

{% macro spark__texts(items) -%}
    cast(array({{ items | join(', ') }}) as array<string>)
{%- endmacro %}

{# Null, as a list of texts. #}
{% macro no_texts() -%}
    {{ adapter.dispatch('no_texts', 'opkoers')() }}
{%- endmacro %}

{% macro default__no_texts() -%}
    cast(null as text[])
{%- endmacro %}

{% macro spark__no_texts() -%}
    cast(null as array<string>)
{%- endmacro %}

{# Several values as one, by name. fields: name to SQL. #}
{% macro record(fields) -%}
    {{ adapter.dispatch('record', 'opkoers')(fields) }}
{%- endmacro %}

{% macro default__record(fields) -%}
    struct_pack({% for name, value in fields.items() %}{{ name }} := {{ value }}{% if not loop.last %}, {% endif %}{% endfor %})
{%- endmacro %}

{% macro spark__record(fields) -%}
    named_struct({% for name, value in fields.items() %}'{{ name }}', {{ value }}{% if not loop.last %}, {% endif %}{% endfor %})
{%- endmacro %}

{# A contract's types are written once, in DuckDB's words; Spark says string for text. #}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
        {% for name, column in columns.items() -%}
        cast(null as {{ 'string' if column['data_type'] == 'text' else column['data_type'] }}) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {% endfor -%}
    limit 0
{%- endmacro %}
