{#
    Users and cost per wet: as costs.csv gives them, and for a wet and year of which it says nothing, as the
    registrations count them. Of the registrations:
    - whole years only: a year to November is no less than the year before;
    - the whole of a wet where its cost is shown, its users where they are shown too;
    - its categories only where all of them are shown, users and cost: a hidden one would look like one that was not
      there, and its cost would be told as a change of mix. Without categories the split is of users and price alone.
    Nothing here tells more than fct_care_use and fct_care_cost show: a hidden count has no value in any model behind
    stg_aggregate__cell, and a split of shown figures is a sum of them.
#}
with written as (
    select
        wet,
        category,
        period_id,
        users,
        cost,
        source,
        is_synthetic,
        source_id,
        dataset_id,
        snapshot_id,
        row_number,
        replace(lower(wet), ' ', '_') as wet_key
    from {{ ref('stg_municipal__cost') }}
),

-- a wet goes by the name that the file gives it, so that its years meet
spelling as (
    select
        wet_key,
        min(wet) as wet
    from written
    group by wet_key
),

registered as (
    select
        wet as wet_key,
        category,
        period_id,
        max(value) filter (where measure = 'clients') as users,
        max(value) filter (where measure = 'cost') as cost,
        bool_or(is_synthetic) as is_synthetic,
        min(snapshot_id) as snapshot_id
    from {{ ref('int_registration_cell') }}
    where
        subject = 'care'
        and measure in ('clients', 'cost')
        and wet != 'totaal'
        and form = 'totaal'
        and referrer = 'totaal'
        and wijk = 'totaal'
        and n_provisions = 'totaal'
        and is_whole
        and {{ period_type('period_id') }} = 'year'
    group by wet, category, period_id
),

weighed as (
    select
        registered.*,
        bool_or(registered.category = 'totaal' and registered.cost is not null) over same_year as is_whole_shown,
        bool_and(registered.category = 'totaal' or (registered.users is not null and registered.cost is not null))
            over same_year as is_every_category_shown
    from registered
    window same_year as (partition by registered.wet_key, registered.period_id)
),

counted as (
    select
        coalesce(spelling.wet, label.name_nl, weighed.wet_key) as wet,
        nullif(weighed.category, 'totaal') as category,
        weighed.period_id,
        cast(weighed.users as integer) as users,
        weighed.cost,
        'Eigen registraties' as source,
        weighed.is_synthetic,
        weighed.snapshot_id,
        weighed.wet_key as registered_wet,
        weighed.category as registered_category
    from weighed
    left join spelling on weighed.wet_key = spelling.wet_key
    left join {{ ref('wet_labels') }} as label on weighed.wet_key = label.wet
    left join written
        on
            weighed.wet_key = written.wet_key
            and weighed.period_id = written.period_id
    where
        written.wet_key is null
        and weighed.is_whole_shown
        and (weighed.category = 'totaal' or weighed.is_every_category_shown)
)

select
    wet,
    category,
    period_id,
    users,
    cost,
    source,
    is_synthetic,
    snapshot_id,
    -- the line of costs.csv; or the wet and category by which the registrations know it
    source_id,
    dataset_id,
    row_number,
    cast(null as string) as registered_wet,
    cast(null as string) as registered_category
from written

union all

select
    wet,
    category,
    period_id,
    users,
    cost,
    source,
    is_synthetic,
    snapshot_id,
    cast(null as string) as source_id,
    cast(null as string) as dataset_id,
    cast(null as bigint) as row_number,
    registered_wet,
    registered_category
from counted
