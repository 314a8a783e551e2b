{#
    Euros by the month to which the care belongs. Amounts add up: halves to years, members to the whole; the wijk is that
    of the line, so that a client who moved leaves behind what was paid before.
    cost_same_months: while the newest year of a wet is unfinished, the cost of each year over the same months as that year
    has, to set beside it.
#}
with known as (
    select * from {{ ref('reg_period') }}
    where subject = 'care' and topic = 'cost'
),

line_in_period as (
    select
        *,
        {{ year_of('care_month') }} as period_id
    from {{ ref('reg_care_line') }}
    union all
    select
        *,
        {{ half_year_of('care_month') }} as period_id
    from {{ ref('reg_care_line') }}
),

line as (
    select line_in_period.*
    from line_in_period
    inner join known
        on
            line_in_period.wet = known.wet
            and line_in_period.period_id = known.period_id
            and line_in_period.care_month <= known.covered_through
),

counted as (
    select
        {{ or_whole('wet') }},
        {{ or_whole('category') }},
        {{ or_whole('form') }},
        {{ or_whole('referrer') }},
        {{ or_whole('wijk') }},
        'totaal' as n_provisions,
        period_id,
        sum(amount) as cost
    from line
    group by grouping sets (
        (period_id),
        (period_id, wet),
        (period_id, wet, category),
        (period_id, wet, form),
        (period_id, wet, referrer),
        (period_id, wet, wijk),
        (period_id, wet, category, form)
    )
),

unfinished as (
    select
        wet,
        extract(month from arg_max(covered_through, period_id)) as n_months
    from known
    where {{ period_type('period_id') }} = 'year' and wet != 'totaal'
    group by wet
    having not arg_max(is_whole, period_id)
),

comparable as (
    select
        known.wet,
        known.period_id,
        known.is_synthetic,
        unfinished.n_months
    from known
    inner join unfinished
        on
            known.wet = unfinished.wet
            and extract(month from known.covered_through) >= unfinished.n_months
    where {{ period_type('known.period_id') }} = 'year'
)

{{ filled_cells('care', 'cost', 'counted', {'cost': 'euro'}) }}

union all

select
    'care' as subject,
    'cost_same_months' as measure,
    'euro' as unit,
    comparable.wet,
    'totaal' as category,
    'totaal' as form,
    'totaal' as referrer,
    'totaal' as wijk,
    'totaal' as n_provisions,
    comparable.period_id,
    cast(coalesce(sum(line.amount), 0) as decimal(18, 2)) as value,
    comparable.is_synthetic
from comparable
left join line
    on
        comparable.wet = line.wet
        and comparable.period_id = line.period_id
        and comparable.n_months >= extract(month from line.care_month)
group by comparable.wet, comparable.period_id, comparable.is_synthetic
