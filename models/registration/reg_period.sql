{#
    What is known of which period, by topic: a group of measures that are known together.
    - care: `use` (clients) and `cost` by the declaraties; `use` by the provisions where a wet has no declaraties at all.
      `flow` by the provisions, to the same last day as `use`.
    - the whole of all wetten, or of all categories, is known where each of them is, to the same last day: so it is what
      its members add up to, and a year what its halves do.
    - `returned`: a year after the period must be known as well. `left`: so must the uitkeringen of the same days.
#}
with covered as (
    select * from {{ ref('reg_covered_period') }}
),

declared as (
    select distinct part as wet from {{ ref('reg_delivery') }}
    where record_table = 'declaratieregel'
),

care_use as (
    select * from covered
    where
        record_table = 'declaratieregel'
        or (record_table = 'beschikte_voorziening' and part not in (select declared.wet from declared))
),

care_flow as (
    select
        care_use.part,
        care_use.period_id,
        care_use.covered_from,
        care_use.covered_through,
        care_use.is_whole,
        care_use.is_synthetic or provisions.is_synthetic as is_synthetic
    from care_use
    inner join covered as provisions
        on
            care_use.part = provisions.part
            and care_use.period_id = provisions.period_id
            and care_use.covered_through <= provisions.covered_through
    where provisions.record_table = 'beschikte_voorziening'
),

per_wet as (
    select
        'care' as subject,
        'use' as topic,
        part as wet,
        period_id,
        covered_from,
        covered_through,
        is_whole,
        is_synthetic
    from care_use
    union all
    select
        'care' as subject,
        'cost' as topic,
        part as wet,
        period_id,
        covered_from,
        covered_through,
        is_whole,
        is_synthetic
    from care_use
    where record_table = 'declaratieregel'
    union all
    select
        'care' as subject,
        'flow' as topic,
        *
    from care_flow
),

all_wetten as (
    select
        subject,
        topic,
        'totaal' as wet,
        period_id,
        min(covered_from) as covered_from,
        min(covered_through) as covered_through,
        bool_and(is_whole) as is_whole,
        bool_or(is_synthetic) as is_synthetic
    from per_wet
    group by subject, topic, period_id
    having
        count(*) = (select count(distinct whole.wet) from per_wet as whole)
        and min(covered_through) = max(covered_through)
),

per_category as (
    select
        record_table as subject,
        part as category,
        period_id,
        covered_from,
        covered_through,
        is_whole,
        is_synthetic
    from covered
    where record_table in ('toekenning', 'melding')
),

all_categories as (
    select
        per_category.subject,
        'totaal' as category,
        per_category.period_id,
        min(per_category.covered_from) as covered_from,
        min(per_category.covered_through) as covered_through,
        bool_and(per_category.is_whole) as is_whole,
        bool_or(per_category.is_synthetic) as is_synthetic
    from per_category
    group by per_category.subject, per_category.period_id
    having
        count(*) = (
            select count(distinct whole.category) from per_category as whole
            where whole.subject = per_category.subject
        )
        and min(per_category.covered_through) = max(per_category.covered_through)
),

of_categories as (
    select * from per_category
    union all
    select * from all_categories
),

covered_month as (
    select month from {{ ref('reg_serving') }}
    where record_table = 'uitkering' and is_covered
),

returned as (
    select covered.*
    from covered
    inner join covered_month
        on
            covered.covered_through < covered_month.month
            and {{ add_months('covered.covered_through', 12) }} >= covered_month.month
    where
        covered.record_table = 'uitkering'
        and covered.is_whole
    group by all
    having count(*) = 12
),

-- cleared of what only tells exports apart
of_everybody as (
    select
        covered.record_table,
        case covered.record_table
            when 'uitkering' then 'stock'
            when 'inburgering' then 'reached'
            else 'all'
        end as topic,
        covered.period_id,
        covered.covered_from,
        covered.covered_through,
        covered.is_whole,
        covered.is_synthetic
    from covered
    where covered.record_table in ('uitkering', 'inburgering', 'schuldhulp', 'klacht')
    union all
    select
        'uitkering' as record_table,
        'returned' as topic,
        returned.period_id,
        returned.covered_from,
        returned.covered_through,
        returned.is_whole,
        returned.is_synthetic
    from returned
    union all
    select
        'inburgering' as record_table,
        'left' as topic,
        reached.period_id,
        reached.covered_from,
        reached.covered_through,
        reached.is_whole,
        reached.is_synthetic or uitkering.is_synthetic as is_synthetic
    from covered as reached
    inner join covered as uitkering
        on
            reached.period_id = uitkering.period_id
            and reached.covered_through <= uitkering.covered_through
    where reached.record_table = 'inburgering' and uitkering.record_table = 'uitkering'
),

-- a wet of which no export tells when care was applied for has no waiting times, not none in time
wet_with_waiting as (
    select distinct provision.wet
    from {{ ref('stg_registration__beschikte_voorziening') }} as provision
    inner join {{ ref('waiting_norms') }} as norm on provision.wet = norm.wet
    where provision.application_date is not null
),

wet_of_complaints as (
    select distinct wet from {{ ref('stg_registration__klacht') }}
    union all
    select 'totaal' as wet
)

select
    subject,
    topic,
    wet,
    'totaal' as category,
    period_id,
    covered_from,
    covered_through,
    is_whole,
    is_synthetic
from per_wet

union all

select
    subject,
    topic,
    wet,
    'totaal' as category,
    period_id,
    covered_from,
    covered_through,
    is_whole,
    is_synthetic
from all_wetten

union all

select
    'wachttijd' as subject,
    'all' as topic,
    part as wet,
    'totaal' as category,
    period_id,
    covered_from,
    covered_through,
    is_whole,
    is_synthetic
from covered
where
    record_table = 'beschikte_voorziening'
    and part in (select wet_with_waiting.wet from wet_with_waiting)

union all

select
    subject,
    'all' as topic,
    'totaal' as wet,
    category,
    period_id,
    covered_from,
    covered_through,
    is_whole,
    is_synthetic
from of_categories

union all

select
    subject,
    case subject when 'toekenning' then 'standing' else 'resolved' end as topic,
    'totaal' as wet,
    category,
    period_id,
    covered_from,
    covered_through,
    is_whole,
    is_synthetic
from of_categories
where
    (subject = 'toekenning' and category = 'loonkostensubsidie')
    or (subject = 'melding' and category = 'dagbesteding')

union all

select
    of_everybody.record_table as subject,
    of_everybody.topic,
    wet_of_complaints.wet,
    'totaal' as category,
    of_everybody.period_id,
    of_everybody.covered_from,
    of_everybody.covered_through,
    of_everybody.is_whole,
    of_everybody.is_synthetic
from of_everybody
inner join wet_of_complaints
    on
        wet_of_complaints.wet = 'totaal'
        or of_everybody.record_table = 'klacht'
