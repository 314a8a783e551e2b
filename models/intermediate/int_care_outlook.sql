{#
    What a year of a wet comes to, beside its budget. Of a year that is not whole yet: its cost to date, times what whole
    years before it came to over what they had cost in the same months. The factor is the mean of the ratios of those
    years, not the ratio of their sums: it stands for the course of a year, in which no year weighs more because it was
    dearer, and it lies between the lowest and the highest ratio, which give the range.
    Only the last year is looked ahead at, because cost over the same months is given for its months. Years of which a
    figure is hidden do not count. Budgets of several plans or bases are never added up: then nothing is compared.
#}
with year as (
    select
        wet,
        period_id,
        max(value) filter (where measure = 'cost') as cost,
        max(value) filter (where measure = 'cost_same_months') as cost_same_months,
        max(covered_through) as covered_through,
        bool_and(is_whole) as is_whole,
        bool_or(is_synthetic) as is_synthetic,
        min(snapshot_id) as snapshot_id,
        period_id = max(period_id) over (partition by wet) as is_last
    from {{ ref('int_registration_cell') }}
    where
        subject = 'care'
        and measure in ('cost', 'cost_same_months')
        and category = 'totaal'
        and form = 'totaal'
        and referrer = 'totaal'
        and wijk = 'totaal'
        and n_provisions = 'totaal'
        and {{ period_type('period_id') }} = 'year'
    group by wet, period_id
    having count(*) filter (where measure = 'cost') > 0
),

ratio as (
    select
        unfinished.wet,
        unfinished.period_id,
        earlier.period_id as earlier_period_id,
        cast(earlier.cost as double) / cast(earlier.cost_same_months as double) as ratio,
        earlier.is_synthetic
    from year as unfinished
    inner join year as earlier
        on
            unfinished.wet = earlier.wet
            and unfinished.period_id > earlier.period_id
            and earlier.is_whole
            and earlier.cost_same_months > 0
            and earlier.cost is not null
    where
        unfinished.is_last
        and not unfinished.is_whole
),

course as (
    select
        wet,
        period_id,
        count(*) as n_years,
        -- added in one order: in another the last bits may round to another cent
        {{ mean_in_order('ratio', 'earlier_period_id') }} as mean_ratio,
        min(ratio) as lowest_ratio,
        max(ratio) as highest_ratio,
        {{ list_in_order('earlier_period_id', 'earlier_period_id') }} as years,
        bool_or(is_synthetic) as is_synthetic
    from ratio
    group by wet, period_id
),

budget_on_a_basis as (
    select
        wet,
        period_id,
        sum(budget) as budget,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('stg_municipal__budget') }}
    where
        wet is not null
        and budget is not null
    group by wet, period_id, plan_id, basis
),

budgeted as (
    select
        wet,
        period_id,
        count(*) as n_bases,
        case when count(*) = 1 then min(budget) end as budget,
        bool_or(is_synthetic) as is_synthetic
    from budget_on_a_basis
    group by wet, period_id
),

expected as (
    select
        year.wet,
        year.period_id,
        year.cost,
        year.covered_through,
        year.snapshot_id,
        {{ euros('case when year.is_whole then year.cost else year.cost * course.mean_ratio end') }} as outlook,
        {{ euros('year.cost * course.lowest_ratio') }} as outlook_low,
        {{ euros('year.cost * course.highest_ratio') }} as outlook_high,
        cast(budgeted.budget as decimal(18, 2)) as budget,
        case
            when year.cost is null then 'De kosten worden niet getoond, omdat zij iets over personen zouden zeggen.'
            when year.is_whole then 'Het jaar is compleet: dit zijn de kosten.'
            when not year.is_last then 'Van dit jaar ontbreken maanden; er is geen uitkomst van het hele jaar.'
            when course.n_years is null then 'Er is geen eerder heel jaar om het verloop uit af te leiden.'
            else
                'Kosten tot en met ' || {{ dutch_day('year.covered_through') }} || ', maal '
                || {{ in_dutch('course.mean_ratio') }} || ': in ' || {{ written_out('course.years', "', '") }}
                || ' de kosten van het hele jaar gedeeld door die van dezelfde maanden'
                || case when course.n_years > 1 then ', gemiddeld; elk jaar telt even zwaar.' else '.' end
        end as method,
        case
            when budgeted.n_bases > 1
                then ' De begroting staat op meer dan één grondslag; die worden niet opgeteld en niet vergeleken.'
            else ''
        end as budget_note,
        course.years as course_years,
        year.is_synthetic
        or coalesce(course.is_synthetic, false)
        or coalesce(budgeted.is_synthetic, false) as is_synthetic
    from year
    left join course
        on
            year.wet = course.wet
            and year.period_id = course.period_id
    left join budgeted
        on
            year.wet = budgeted.wet
            and year.period_id = budgeted.period_id
)

select
    wet,
    period_id,
    cast(cost as decimal(18, 2)) as cost_to_date,
    covered_through,
    outlook,
    outlook_low,
    outlook_high,
    budget,
    cast(outlook - budget as decimal(18, 2)) as difference,
    method || budget_note as method,
    is_synthetic,
    snapshot_id,
    -- the whole years whose course it follows
    course_years
from expected
