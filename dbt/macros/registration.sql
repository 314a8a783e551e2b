{# Rules of the local registrations that several models share. #}

{# The text, or the word for what is not delivered. #}
{% macro or_unknown(text) -%}
    coalesce(nullif(trim({{ text }}), ''), 'onbekend')
{%- endmacro %}

{#
    Whether a provision was granted. What has ended was granted once; what is applied for, refused or withdrawn never
    was. An export without statuses holds granted provisions only.
#}
{% macro is_granted(status) -%}
    coalesce(lower(trim({{ status }})) in ('toegekend', 'beëindigd', 'lopend', 'actief'), true)
{%- endmacro %}

{# First day of the month of a date. #}
{% macro month_of(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{# The year and the half-year of a month, as period ids. #}
{% macro year_of(month) -%}
    cast(extract(year from {{ month }}) as string)
{%- endmacro %}

{% macro half_year_of(month) -%}
    (cast(extract(year from {{ month }}) as string) || case when extract(month from {{ month }}) <= 6 then '-H1' else '-H2' end)
{%- endmacro %}

{# Columns that tell cells apart, beside subject and measure. #}
{% macro dimensions() -%}
    {{ return(['wet', 'category', 'form', 'referrer', 'wijk', 'n_provisions']) }}
{%- endmacro %}

{# A column after grouping sets: the word for the whole where it was not grouped by. #}
{% macro or_whole(column) -%}
    coalesce({{ column }}, 'totaal') as {{ column }}
{%- endmacro %}

{#
    Cells out of what was counted: every member that occurs in any period (and the whole) in every period of which the
    topic is known, zero where nothing was counted.
    counted: CTE with the dimensions, period_id and one column per measure. measures: measure to unit.
    by_category: the topic is known per category, see reg_period.
#}
{% macro filled_cells(subject, topic, counted, measures, by_category=false) -%}
    select
        known.subject,
        measure.measure,
        measure.unit,
        {% for dimension in dimensions() -%}
        member.{{ dimension }},
        {% endfor -%}
        known.period_id,
        cast(
            coalesce(
                case measure.measure
                    {% for measure in measures -%}
                    when '{{ measure }}' then counted.{{ measure }}
                    {% endfor -%}
                end,
                0
            ) as decimal(18, 2)
        ) as value,
        known.is_synthetic
    from (
        select
            wet,
            category,
            form,
            referrer,
            wijk,
            n_provisions
        from {{ counted }}
        union
        select
            wet,
            category,
            'totaal' as form,
            'totaal' as referrer,
            'totaal' as wijk,
            'totaal' as n_provisions
        from {{ ref('reg_period') }}
        where subject = '{{ subject }}' and topic = '{{ topic }}'
    ) as member
    inner join {{ ref('reg_period') }} as known
        on
            known.subject = '{{ subject }}'
            and known.topic = '{{ topic }}'
            and known.wet = member.wet
            {% if by_category -%}
            and known.category = member.category
            {% endif -%}
    cross join (
        values
        {% for measure, unit in measures.items() -%}
        ('{{ measure }}', '{{ unit }}'){% if not loop.last %},{% endif %}
        {% endfor -%}
    ) as measure (measure, unit)
    left join {{ counted }} as counted
        on
            counted.period_id = known.period_id
            {% for dimension in dimensions() -%}
            and counted.{{ dimension }} = member.{{ dimension }}
            {% endfor -%}
{%- endmacro %}

{# The day on which it is seen whether somebody who settled has left the uitkering: 3,5 years later. #}
{% macro measuring_day(settled) -%}
    cast({{ settled }} + to_months(42) as date)
{%- endmacro %}

{# How registrations word that somebody is rid of problematic debts. #}
{% macro solved_results() -%}
    {{ return(['opgelost', 'geslaagd', 'schuldenvrij', 'schuldregeling geslaagd', 'schone lei']) }}
{%- endmacro %}

{# How registrations word that a complaint or objection was justified. #}
{% macro upheld_results() -%}
    {{ return(['gegrond', 'deels gegrond', 'gedeeltelijk gegrond']) }}
{%- endmacro %}
