{#
    Which region a printed name or code means in a period, by the code lists of CBS. A name may be printed without its
    accents and without the province behind it, Bergen for Bergen (NH.), as long as one gemeente of that period answers
    to it.
#}
with asked as (
    select distinct
        region_label,
        period_id,
        {{ region_key('region_label') }} as asked_key,
        {{ gemeente_code('region_label') }} as asked_code
    from {{ ref('stg_municipal__printed_figure') }}
    where region_label is not null
),

-- several lists tell of one region, and not all of them tell when it lived
known as (
    select
        region_code,
        region_name,
        {{ region_key('region_name') }} as whole_key,
        {{ region_key(without_pattern('region_name', "'\\s*[(][^)]*[)]\\s*$'")) }} as bare_key,
        max(valid_from) as valid_from,
        max(valid_to) as valid_to
    from {{ ref('stg_cbs__region') }}
    where region_type in ('land', 'gemeente')
    group by region_code, region_name
),

hit as (
    select
        asked.region_label,
        asked.period_id,
        known.region_code,
        known.region_name,
        known.valid_from,
        known.valid_to,
        coalesce(
            coalesce(known.valid_from, date '0001-01-01') <= {{ period_end('asked.period_id') }}
            and coalesce(known.valid_to, date '9999-12-31') >= {{ period_start('asked.period_id') }},
            true
        ) as existed,
        coalesce(alias.region_code is not null or asked.asked_key = known.whole_key, false) as is_whole_name
    from asked
    left join {{ ref('region_labels') }} as alias
        on asked.asked_key = {{ region_key('alias.region_label') }}
    inner join known
        on
            known.region_code in (asked.asked_code, alias.region_code)
            or asked.asked_key in (known.whole_key, known.bare_key)
),

best as (
    select *
    from hit
    qualify
        rank() over (
            partition by region_label, period_id
            order by existed desc, is_whole_name desc
        ) = 1
),

answered as (
    select
        region_label,
        period_id,
        min(region_code) as region_code,
        count(distinct region_code) as n_regions,
        bool_and(existed) as existed,
        {{ texts_in_order('region_name', "', '", 'region_name', distinct=true) }} as names,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from best
    group by region_label, period_id
),

nearest as (
    select
        asked.region_label,
        asked.period_id,
        known.region_name
    from asked
    left join answered
        on
            asked.region_label = answered.region_label
            and asked.period_id is not distinct from answered.period_id
    cross join known
    where
        answered.region_label is null
        and known.valid_to is null
    qualify
        row_number() over (
            partition by asked.region_label, asked.period_id
            order by levenshtein(asked.asked_key, known.bare_key) asc, known.region_name asc
        ) = 1
)

select
    asked.region_label,
    asked.period_id,
    case when answered.n_regions = 1 and answered.existed then answered.region_code end as region_code,
    case
        when answered.region_label is null
            then
                'Gemeente ''' || asked.region_label || ''' staat niet in de codelijsten van CBS'
                || coalesce('; bedoelde u ''' || nearest.region_name || '''', '')
                || '? Schrijf de naam van CBS of de code (GM en vier cijfers).'
        when not answered.existed
            then
                answered.names || ' bestond niet in ' || asked.period_id
                || coalesce(' (opgeheven na ' || {{ dutch_day('answered.valid_to') }} || ')', '')
                || '; verwacht de gemeente die toen bestond. Schrijf haar naam of code.'
        when answered.n_regions > 1
            then
                'Gemeente ''' || asked.region_label || ''' kan zijn: ' || answered.names
                || '; verwacht één gemeente. Schrijf de code (GM en vier cijfers).'
    end as reason
from asked
left join answered
    on
        asked.region_label = answered.region_label
        and asked.period_id is not distinct from answered.period_id
left join nearest
    on
        asked.region_label = nearest.region_label
        and asked.period_id is not distinct from nearest.period_id
