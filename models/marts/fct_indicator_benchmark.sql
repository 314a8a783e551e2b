{#
    Every gemeente's value beside those of the country, its province, its size class and its peers. What a publisher
    gives for the country or a province goes before what can be added up. Adding up takes counts of every gemeente: all
    that had inhabitants in the year must have theirs, and their inhabitants must be those of the whole, to 0.1 %, so
    that a few gemeenten never pass for a country. An average of rates is never taken.
#}
with figure as (
    select
        value.indicator_id,
        value.region_code,
        value.period_id,
        value.value,
        value.numerator,
        value.denominator,
        value.is_synthetic,
        region.region_type,
        region.parent_code,
        region.size_class
    from {{ ref('fct_indicator_value') }} as value
    inner join {{ ref('dim_region') }} as region on value.region_code = region.region_code
    where
        value.territory = 'as_published'
        and region.region_type in ('land', 'provincie', 'gemeente')
),

gemeente as (
    select
        *,
        rank() over (partition by indicator_id, period_id order by value desc) as place,
        count(*) over (partition by indicator_id, period_id) as n_regions,
        count(*) over (partition by indicator_id, period_id, value) as n_equal,
        bool_or(is_synthetic) over (partition by indicator_id, period_id) as any_synthetic
    from figure
    where
        region_type = 'gemeente'
        and value is not null
),

inhabitants as (
    select
        observation.region_code,
        observation.period_id as year,
        observation.value as people,
        region.region_type,
        region.parent_code
    from {{ ref('int_observation') }} as observation
    inner join {{ ref('dim_region') }} as region on observation.region_code = region.region_code
    where
        observation.concept_id = 'inhabitants'
        and observation.preference = 1
        and observation.value is not null
),

-- what could be added up: indicators with counts, by the rate base of the version in force
addable as (
    select
        figure.indicator_id,
        figure.period_id,
        left(figure.period_id, 4) as year,
        max(version.rate_base) as rate_base
    from figure
    inner join {{ ref('dim_indicator_version') }} as version
        on
            figure.indicator_id = version.indicator_id
            and {{ in_force('version', 'figure.period_id') }}
    where
        figure.region_type = 'gemeente'
        and figure.numerator is not null
        and figure.denominator is not null
    group by figure.indicator_id, figure.period_id
),

part as (
    select
        addable.indicator_id,
        addable.period_id,
        addable.year,
        addable.rate_base,
        inhabitants.region_code,
        inhabitants.parent_code,
        inhabitants.people,
        figure.numerator,
        figure.denominator,
        coalesce(figure.is_synthetic, false) as is_synthetic
    from addable
    inner join inhabitants
        on
            addable.year = inhabitants.year
            and inhabitants.region_type = 'gemeente'
    left join figure
        on
            addable.indicator_id = figure.indicator_id
            and addable.period_id = figure.period_id
            and inhabitants.region_code = figure.region_code
),

part_of_whole as (
    select
        'NL01' as whole_code,
        part.*
    from part
    union all
    select
        parent_code as whole_code,
        part.*
    from part
    where left(parent_code, 2) = 'PV'
),

summed as (
    select
        indicator_id,
        period_id,
        year,
        whole_code,
        {{ sum_in_order('people', 'region_code') }} as people,
        {{ sum_in_order('numerator', 'region_code') }}
        / nullif({{ sum_in_order('denominator', 'region_code') }}, 0) * max(rate_base) as value,
        bool_or(is_synthetic) as is_synthetic
    from part_of_whole
    group by indicator_id, period_id, year, whole_code
    having
        count(numerator) = count(*)
        and count(denominator) = count(*)
),

whole as (
    select
        coalesce(published.indicator_id, summed.indicator_id) as indicator_id,
        coalesce(published.period_id, summed.period_id) as period_id,
        coalesce(published.region_code, summed.whole_code) as whole_code,
        coalesce(published.value, summed.value) as value,
        published.value is null and summed.value is not null as is_derived,
        case when published.value is null then summed.is_synthetic else published.is_synthetic end as is_synthetic
    from (
        select * from figure
        where
            region_type in ('land', 'provincie')
            and value is not null
    ) as published
    full join (
        select summed.*
        from summed
        inner join inhabitants
            on
                summed.whole_code = inhabitants.region_code
                and summed.year = inhabitants.year
        where abs(summed.people - inhabitants.people) <= 0.001 * inhabitants.people
    ) as summed
        on
            published.indicator_id = summed.indicator_id
            and published.period_id = summed.period_id
            and published.region_code = summed.whole_code
),

size_class as (
    select
        indicator_id,
        period_id,
        size_class,
        median(value) as median_value,
        count(*) as n_regions
    from gemeente
    where size_class is not null
    group by indicator_id, period_id, size_class
),

peer as (
    select
        gemeente.indicator_id,
        gemeente.period_id,
        likeness.region_code,
        median(gemeente.value) as median_value,
        count(*) as n_peers,
        bool_or(likeness.is_synthetic) as is_synthetic
    from {{ ref('dim_peer') }} as likeness
    inner join gemeente on likeness.peer_code = gemeente.region_code
    group by gemeente.indicator_id, gemeente.period_id, likeness.region_code
)

select
    gemeente.indicator_id,
    gemeente.region_code,
    gemeente.period_id,
    gemeente.value,
    country.value as national,
    coalesce(country.is_derived, false) as national_is_derived,
    province.value as provincial,
    coalesce(province.is_derived, false) as provincial_is_derived,
    size_class.median_value as size_class_median,
    cast(coalesce(size_class.n_regions, 0) as integer) as n_size_class,
    peer.median_value as peer_median,
    cast(coalesce(peer.n_peers, 0) as integer) as n_peers,
    cast(gemeente.place as integer) as rank,
    100e0 * (gemeente.n_regions - gemeente.place + 1 - gemeente.n_equal / 2e0) / gemeente.n_regions as percentile,
    cast(gemeente.n_regions as integer) as n_regions,
    gemeente.any_synthetic
    or coalesce(country.is_synthetic, false)
    or coalesce(province.is_synthetic, false)
    or coalesce(peer.is_synthetic, false) as is_synthetic
from gemeente
left join whole as country
    on
        gemeente.indicator_id = country.indicator_id
        and gemeente.period_id = country.period_id
        and country.whole_code = 'NL01'
left join whole as province
    on
        gemeente.indicator_id = province.indicator_id
        and gemeente.period_id = province.period_id
        and gemeente.parent_code = province.whole_code
left join size_class
    on
        gemeente.indicator_id = size_class.indicator_id
        and gemeente.period_id = size_class.period_id
        and gemeente.size_class = size_class.size_class
left join peer
    on
        gemeente.indicator_id = peer.indicator_id
        and gemeente.period_id = peer.period_id
        and gemeente.region_code = peer.region_code
order by gemeente.indicator_id, gemeente.region_code, gemeente.period_id
