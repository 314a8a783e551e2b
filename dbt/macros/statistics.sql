{# Distribution functions that SQL lacks. Each is compared with scipy in tests/unit/models. #}

{#
    P(Z > |z|) of the standard normal distribution, to 1e-14: the rational approximation of J. F. Hart (Computer
    Approximations, 1968, 5666) as set out by G. West (Better approximations to cumulative normal functions, 2005).
#}
{% macro normal_tail(z) -%}
    {%- set a = "abs(" ~ z ~ ")" -%}
    {%- set over = [
        "0.0352624965998911", "0.700383064443688", "6.37396220353165", "33.912866078383", "112.079291497871",
        "221.213596169931", "220.206867912376",
    ] -%}
    {%- set under = [
        "0.0883883476483184", "1.75566716318264", "16.064177579207", "86.7807322029461", "296.564248779674",
        "637.333633378831", "793.826512519948", "440.413735824752",
    ] -%}
    case
        when {{ a }} < 7.07106781186547
            then exp(-{{ a }} * {{ a }} / 2) * {{ horner(over, a) }} / {{ horner(under, a) }}
        when {{ a }} < 37
            then exp(-{{ a }} * {{ a }} / 2) / 2.506628274631 /
                ({{ a }} + 1 / ({{ a }} + 2 / ({{ a }} + 3 / ({{ a }} + 4 / ({{ a }} + 0.65)))))
        when {{ z }} is not null then 0.0
    end
{%- endmacro %}

{# A polynomial by Horner's scheme; coefficients from the highest power down. #}
{% macro horner(coefficients, x) -%}
    {{ "(" * (coefficients | length) }}
    {%- for c in coefficients -%}
        cast({{ c }} as double)){% if not loop.last %} * {{ x }} + {% endif %}
    {%- endfor %}
{%- endmacro %}

{#
    P(T <= t) of Student's t distribution with `df` whole degrees of freedom, 1 to 60, by its finite series (Abramowitz
    and Stegun, 26.7.3 and 26.7.4). Both arguments are columns, not expressions: they are written out many times.
#}
{% macro student_t_cdf(t, df) -%}
    (0.5
    + case when {{ df }} % 2 = 1 then atan({{ t }} / sqrt({{ df }})) / pi() else 0 end
    + case
        when {{ df }} = 1 then 0
        when {{ df }} % 2 = 1 then {{ t }} * sqrt({{ df }}) / ({{ df }} + {{ t }} * {{ t }}) / pi()
        else {{ t }} / sqrt({{ df }} + {{ t }} * {{ t }}) / 2
    end * ({{ student_series(t, df) }}))
{%- endmacro %}

{#
    1 + c1·x + c2·x² + … with x = df / (df + t²), as far as 2k + 2 <= df. Each coefficient is the one before times
    (2k-1)/2k for even and 2k/(2k+1) for odd degrees of freedom.
#}
{% macro student_series(t, df) -%}
    {%- set c = namespace(even=1.0, odd=1.0) -%}
    1
    {%- for k in range(1, 30) -%}
        {%- set c.even = c.even * (2 * k - 1) / (2 * k) -%}
        {%- set c.odd = c.odd * 2 * k / (2 * k + 1) %}
        + case
            when {{ df }} < {{ 2 * k + 2 }} then 0
            when {{ df }} % 2 = 1 then cast({{ c.odd }} as double)
            else cast({{ c.even }} as double)
        end * power({{ df }} / ({{ df }} + {{ t }} * {{ t }}), {{ k }})
    {%- endfor -%}
{%- endmacro %}

{# Value at a time of the line that a row of int_trend fits by least squares. #}
{% macro fitted_line(trend, t) -%}
    {{ trend }}.mean_value + {{ trend }}.fitted_slope * ({{ t }} - {{ trend }}.mean_t)
{%- endmacro %}

{# Standard error of a new figure at a time around that line: s * sqrt(1 + 1/n + (t - mean t)^2 / Sxx). #}
{% macro prediction_error(trend, t) -%}
    {{ trend }}.residual_sd
    * sqrt(1 + 1e0 / {{ trend }}.n_points + power({{ t }} - {{ trend }}.mean_t, 2) / {{ trend }}.sxx)
{%- endmacro %}

{# What Mann-Kendall says of a series, at 5 %: its p-value, null with fewer than five points, and its sign S. #}
{% macro trend_direction(p_value, s) -%}
    case
        when {{ p_value }} is null then 'too_few_points'
        when {{ p_value }} >= 0.05 then 'no_significant_change'
        when {{ s }} > 0 then 'up'
        else 'down'
    end
{%- endmacro %}
