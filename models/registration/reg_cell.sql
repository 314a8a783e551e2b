{{ config(alias='cell') }}
{% set models = [
    'reg_care_use', 'reg_care_stacking', 'reg_care_cost', 'reg_care_flow', 'reg_waiting', 'reg_grants', 'reg_benefits',
    'reg_integration', 'reg_debt', 'reg_reports', 'reg_complaints'
] %}
{% for model in models %}
select
    subject,
    measure,
    unit,
    wet,
    category,
    form,
    referrer,
    wijk,
    n_provisions,
    period_id,
    value,
    is_synthetic
from {{ ref(model) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
