{#
    What makes a gemeente large, urban, young, old or rich, by its newest known figures, and how far that is from other
    gemeenten. Numbers of people and density differ by factors, so it is their logarithm that is standardised.
    A share is of the inhabitants of the same period: those of its own table where that has them, else the preferred.
    Gemeenten that are abolished on the day of the run, or not yet founded, are left out.
#}
with gone as (
    select region.region_code
    from {{ ref('int_region_life') }} as region
    cross join {{ ref('stg_run__parameter') }} as parameter
    where region.valid_to < parameter.as_of or region.valid_from > parameter.as_of
),

figure as (
    select observation.*
    from {{ ref('int_observation') }} as observation
    left join gone on observation.region_code = gone.region_code
    where
        gone.region_code is null
        and {{ region_type('observation.region_code') }} = 'gemeente'
        and {{ period_type('observation.period_id') }} = 'year'
        and observation.concept_id in (
            'inhabitants', 'address_density', 'inhabitants_0_14', 'inhabitants_65plus', 'income_per_inhabitant'
        )
        and observation.value is not null
),

share as (
    select
        part.concept_id,
        part.region_code,
        part.period_id,
        part.value / whole.value * 100 as value,
        part.is_synthetic or whole.is_synthetic as is_synthetic,
        {{ figure_of('part') }} as figure,
        {{ figure_of('whole') }} as whole_figure,
        row_number() over (
            partition by part.concept_id, part.region_code, part.period_id
            order by
                (whole.source_id = part.source_id and whole.dataset_id = part.dataset_id) desc,
                whole.preference asc
        ) as choice
    from figure as part
    inner join figure as whole
        on
            part.region_code = whole.region_code
            and part.period_id = whole.period_id
    where
        part.concept_id in ('inhabitants_0_14', 'inhabitants_65plus')
        and part.preference = 1
        and whole.concept_id = 'inhabitants'
        and whole.value > 0
),

known as (
    select
        figure.region_code,
        figure.concept_id as characteristic,
        figure.period_id,
        figure.value,
        case when figure.concept_id = 'income_per_inhabitant' then figure.value else ln(figure.value) end as measure,
        figure.is_synthetic,
        {{ figure_of('figure') }} as figure,
        null as whole_figure
    from figure
    where
        figure.concept_id in ('inhabitants', 'address_density', 'income_per_inhabitant')
        and figure.preference = 1
        and figure.value > 0
    union all
    select
        region_code,
        case concept_id when 'inhabitants_0_14' then 'share_0_14' else 'share_65plus' end as characteristic,
        period_id,
        value,
        value as measure,
        is_synthetic,
        figure,
        whole_figure
    from share
    where choice = 1
),

newest as (
    select
        *,
        row_number() over (partition by region_code, characteristic order by period_id desc) as age
    from known
),

spread as (
    select
        characteristic,
        {{ mean_in_order('measure', 'region_code') }} as mean_measure,
        case
            when min(measure) < max(measure) then {{ deviation_in_order('measure', 'region_code') }}
        end as deviation,
        bool_or(is_synthetic) as is_synthetic
    from newest
    where age = 1
    group by characteristic
)

select
    newest.region_code,
    newest.characteristic,
    newest.period_id,
    newest.value,
    -- where all are alike, nobody differs
    coalesce((newest.measure - spread.mean_measure) / spread.deviation, 0) as standardised,
    spread.is_synthetic,
    newest.figure,
    newest.whole_figure
from newest
inner join spread on newest.characteristic = spread.characteristic
where newest.age = 1
