{#
    The ten gemeenten that are most like each gemeente. The distance is that of Gower for missing figures: the root of
    the mean squared standardised difference, over the characteristics that both have. Every characteristic weighs the
    same. A likeness that rests on half of what is known of the gemeente, or less, does not count: who is known by its
    size alone would seem near to everyone of that size.
#}
{% set characteristics = ['inhabitants', 'address_density', 'share_0_14', 'share_65plus', 'income_per_inhabitant'] %}
with profile as (
    select
        region_code,
        count(*) as n_known,
        {% for name in characteristics %}
        max(case when characteristic = '{{ name }}' then standardised end) as {{ name }},
        {% endfor %}
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_region_profile') }}
    group by region_code
),

difference as (
    select
        own.region_code,
        peer.region_code as peer_code,
        own.n_known,
        {% for name in characteristics %}
        peer.{{ name }} - own.{{ name }} as {{ name }}_difference,
        {% endfor %}
        own.is_synthetic or peer.is_synthetic as is_synthetic
    from profile as own
    inner join profile as peer on own.region_code != peer.region_code
),

counted as (
    select
        *,
        (
            {% for name in characteristics %}
            case when {{ name }}_difference is null then 0 else 1 end{{ ' +' if not loop.last }}
            {% endfor %}
        ) as n_characteristics
    from difference
    -- a gemeente of which not even the size is known is like nobody
    where inhabitants_difference is not null
),

measured as (
    select
        *,
        sqrt((
            {% for name in characteristics %}
            coalesce({{ name }}_difference * {{ name }}_difference, 0){{ ' +' if not loop.last }}
            {% endfor %}
        ) / n_characteristics) as distance
    from counted
    where 2 * n_characteristics > n_known
),

ranked as (
    select
        *,
        row_number() over (partition by region_code order by distance asc, peer_code asc) as place
    from measured
)

select
    region_code,
    peer_code,
    cast(place as integer) as rank,
    distance,
    cast(n_characteristics as integer) as n_characteristics,
    {% for name in characteristics %}
    {{ name }}_difference,
    {% endfor %}
    is_synthetic
from ranked
where place <= 10
order by region_code, place
