{#
    Series of a gemeente that jump by about ten from one figure to the next: a change of unit until somebody has looked.
    Which side of the jump is wrong cannot be known, so the series is set aside as a whole. A jump counts only where

    - both figures stand clear of their rounding: a count of 25 or more (CBS rounds to 5), a rate of five times its
      last decimal;
    - no registered break of an indicator that rests on the series lies between them;
    - opkoers.toml does not accept it.
#}
with figure as (
    select
        *,
        row_number() over (
            partition by concept_id, region_code, period_id
            order by publisher_modified_at desc nulls last, retrieved_at desc nulls last, source_id asc, dataset_id asc
        ) as place
    from {{ ref('int_observation_vintage') }}
    where
        is_serving
        and value > 0
        and {{ region_type('region_code') }} = 'gemeente'
),

smallest as (
    select
        concept_id,
        max(case when unit = 'aantal' then 25 else 5 * power(10, -coalesce(decimals, 0)) end) as floor_value
    from {{ ref('stg_cbs__measure') }}
    group by concept_id
),

pair as (
    select
        figure.concept_id,
        figure.region_code,
        {{ period_type('figure.period_id') }} as period_type,
        figure.period_id,
        figure.value,
        figure.source_id,
        figure.dataset_id,
        figure.snapshot_id,
        lag(figure.period_id) over series as earlier_period_id,
        lag(figure.value) over series as earlier_value
    from figure
    where figure.place = 1
    window series as (
        partition by figure.concept_id, figure.region_code, {{ period_type('figure.period_id') }}
        order by figure.period_id
    )
),

jump as (
    select pair.*
    from pair
    left join smallest on pair.concept_id = smallest.concept_id
    where
        least(pair.value, pair.earlier_value) >= coalesce(smallest.floor_value, 25)
        and greatest(pair.value, pair.earlier_value) / least(pair.value, pair.earlier_value) between 8 and 12
),

explained as (
    select
        jump.concept_id,
        jump.region_code,
        jump.period_id
    from jump
    inner join {{ ref('indicator_versions') }} as version
        on jump.concept_id in (version.numerator_concept, version.denominator_concept, version.published_concept)
    inner join {{ ref('int_break') }} as series_break
        on
            version.indicator_id = coalesce(series_break.indicator_id, version.indicator_id)
            and jump.region_code = coalesce(series_break.region_code, jump.region_code)
            and series_break.break_date > {{ period_start('jump.earlier_period_id') }}
            and series_break.break_date <= {{ period_start('jump.period_id') }}
    union
    select
        concept_id,
        region_code,
        period_id
    from {{ ref('stg_run__accepted_jump') }}
)

select
    jump.concept_id,
    jump.region_code,
    jump.period_type,
    jump.period_id,
    jump.earlier_period_id,
    jump.value,
    jump.earlier_value,
    jump.source_id,
    jump.dataset_id,
    jump.snapshot_id
from jump
left join explained
    on
        jump.concept_id = explained.concept_id
        and jump.region_code = explained.region_code
        and jump.period_id = explained.period_id
where explained.concept_id is null
-- the first jump speaks for the series
qualify
    row_number() over (
        partition by jump.concept_id, jump.region_code, jump.period_type
        order by jump.period_id
    ) = 1
