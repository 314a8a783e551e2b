{#
    The official indicators of every gemeente, joined for whoever analyses them. Trend and outlook speak of a series and
    not of one of its figures: they stand with the newest one, so that nobody adds or averages them over the years.
#}
with figure as (
    select
        value.*,
        period.end_date,
        {{ is_newest('value', 'period') }} as is_newest
    from {{ ref('fct_indicator_value') }} as value
    inner join {{ ref('dim_period') }} as period on value.period_id = period.period_id
    where
        value.territory = 'as_published'
        and {{ region_type('value.region_code') }} = 'gemeente'
)

select
    figure.indicator_id,
    indicator.bbv_number as bbv_nummer,
    indicator.name_nl as indicator,
    indicator.taakveld,
    {{ better_in_dutch('indicator.direction') }} as gunstig,
    figure.region_code as gemeentecode,
    {{ place_in_dutch('gemeente.region_name') }} as gemeente,
    {{ place_in_dutch('province.region_name') }} as provincie,
    gemeente.size_class as grootteklasse,
    figure.period_id as periode,
    figure.end_date as peildatum,
    figure.is_newest as is_nieuwste,
    figure.value as waarde,
    indicator.unit as eenheid,
    figure.numerator as teller,
    figure.denominator as noemer,
    figure.interval_low as marge_laag,
    figure.interval_high as marge_hoog,
    benchmark.national as landelijk,
    benchmark.provincial as provinciaal,
    benchmark.size_class_median as mediaan_grootteklasse,
    benchmark.peer_median as mediaan_vergelijkbare_gemeenten,
    benchmark.rank as rang,
    benchmark.n_regions as aantal_gemeenten,
    benchmark.percentile as percentiel,
    {{ trend_in_dutch('trend.trend') }} as trend,
    trend.outlook_period_id as vooruitzicht_periode,
    trend.outlook_value as vooruitzicht,
    trend.outlook_low as vooruitzicht_laag,
    trend.outlook_high as vooruitzicht_hoog,
    {{ value_status_in_dutch('figure.value_status') }} as status,
    {{ absence_in_dutch('figure.absence') }} as waarom_geen_waarde,
    {{ source_in_dutch('figure', 'snapshot') }} as bron,
    figure.is_synthetic
    or coalesce(benchmark.is_synthetic, false)
    or coalesce(trend.is_synthetic, false) as is_synthetisch
from figure
inner join {{ ref('dim_indicator') }} as indicator
    on
        figure.indicator_id = indicator.indicator_id
        and indicator.bbv_number is not null
inner join {{ ref('dim_region') }} as gemeente on figure.region_code = gemeente.region_code
left join {{ ref('dim_region') }} as province on gemeente.parent_code = province.region_code
left join {{ ref('fct_indicator_benchmark') }} as benchmark
    on
        figure.indicator_id = benchmark.indicator_id
        and figure.region_code = benchmark.region_code
        and figure.period_id = benchmark.period_id
left join {{ ref('fct_indicator_trend') }} as trend
    on
        figure.indicator_id = trend.indicator_id
        -- a condition on the figure alone would keep DuckDB from a hash join
        and case when figure.is_newest then figure.region_code end = trend.region_code
left join {{ ref('stg_run__snapshot') }} as snapshot on figure.snapshot_id = snapshot.snapshot_id
order by figure.indicator_id, figure.region_code, figure.period_id
