{# One row per combination of these columns: nulls count as a value. Returns the combinations that occur more often. #}
{% test grain(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as n_rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
