{#
    Periods by their id: 2023 (year), 2023-H1 (half-year), 2023-Q2 (quarter), 2023-06 (month), 2022/2023 (school year,
    from 1 August to 31 July).
#}

{# Period id out of a key as sent: 2020JJ00, 2020HJ01, 2020KW02, 2020MM06, 2022SJ00, 2022-2023, or an id already. #}
{% macro period_id(key) -%}
    case
        when trim({{ key }}) like '____JJ__' then left(trim({{ key }}), 4)
        when trim({{ key }}) like '____HJ__' then left(trim({{ key }}), 4) || '-H' || right(trim({{ key }}), 1)
        when trim({{ key }}) like '____KW__' then left(trim({{ key }}), 4) || '-Q' || right(trim({{ key }}), 1)
        when trim({{ key }}) like '____MM__' then left(trim({{ key }}), 4) || '-' || right(trim({{ key }}), 2)
        when trim({{ key }}) like '____SJ__'
            then left(trim({{ key }}), 4) || '/' || cast(try_cast(left(trim({{ key }}), 4) as integer) + 1 as string)
        when trim({{ key }}) like '____-____' then replace(trim({{ key }}), '-', '/')
        else nullif(trim({{ key }}), '')
    end
{%- endmacro %}

{# Type of a period; null when the text is no period id. #}
{% macro period_type(period) -%}
    case
        when {{ is_written_as(period, "'[0-9]{4}'") }} then 'year'
        when {{ is_written_as(period, "'[0-9]{4}-H[12]'") }} then 'half-year'
        when {{ is_written_as(period, "'[0-9]{4}-Q[1-4]'") }} then 'quarter'
        when {{ is_written_as(period, "'[0-9]{4}-(0[1-9]|1[0-2])'") }} then 'month'
        when {{ is_written_as(period, "'[0-9]{4}/[0-9]{4}'") }} then 'school-year'
    end
{%- endmacro %}

{# Months from January of the period's (first) year until its first month: 0 for a year, 7 for a school year. #}
{% macro months_before(period) -%}
    case {{ period_type(period) }}
        when 'year' then 0
        when 'half-year' then 6 * (cast(right({{ period }}, 1) as integer) - 1)
        when 'quarter' then 3 * (cast(right({{ period }}, 1) as integer) - 1)
        when 'month' then cast(right({{ period }}, 2) as integer) - 1
        when 'school-year' then 7
    end
{%- endmacro %}

{# Length of a period in months. #}
{% macro months_in(period) -%}
    case {{ period_type(period) }}
        when 'half-year' then 6
        when 'quarter' then 3
        when 'month' then 1
        else 12
    end
{%- endmacro %}

{# First day of a period. #}
{% macro period_start(period) -%}
    make_date(try_cast(left({{ period }}, 4) as integer), {{ months_before(period) }} + 1, 1)
{%- endmacro %}

{# Last day of a period. #}
{% macro period_end(period) -%}
    ({{ add_months(period_start(period), months_in(period)) }} - 1)
{%- endmacro %}

{# End of a period in years, to the month: 2024.0 for 2023, 2023.5 for 2023-H1. The time axis of every formula. #}
{% macro period_time(period) -%}
    (try_cast(left({{ period }}, 4) as integer) + ({{ months_before(period) }} + {{ months_in(period) }}) / 12e0)
{%- endmacro %}

{# The same period one year later: 2024-H1 after 2023-H1, 2023/2024 after 2022/2023. #}
{% macro period_a_year_later(period) -%}
    case {{ period_type(period) }}
        when 'school-year'
            then cast(cast(left({{ period }}, 4) as integer) + 1 as string) || '/'
                || cast(cast(right({{ period }}, 4) as integer) + 1 as string)
        else cast(cast(left({{ period }}, 4) as integer) + 1 as string) || substr({{ period }}, 5)
    end
{%- endmacro %}

{# Whether a version of the register (or any row with valid_from and valid_to) was in force when a period began. #}
{% macro in_force(version, period) -%}
    {{ period_start(period) }} between
        coalesce({{ version }}.valid_from, date '0001-01-01') and coalesce({{ version }}.valid_to, date '9999-12-31')
{%- endmacro %}

{# The last period that was over on a day: the year before it, or the school year that ended in July. #}
{% macro last_period(rhythm, day) -%}
    case
        when {{ rhythm }} != 'per school year' then cast(extract(year from {{ day }}) - 1 as string)
        when extract(month from {{ day }}) >= 8
            then cast(extract(year from {{ day }}) - 1 as string) || '/' || cast(extract(year from {{ day }}) as string)
        else
            cast(extract(year from {{ day }}) - 2 as string) || '/' || cast(extract(year from {{ day }}) - 1 as string)
    end
{%- endmacro %}
