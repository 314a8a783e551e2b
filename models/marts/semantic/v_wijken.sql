{#
    The wijken of the workspace's gemeente, each figure beside that of the gemeente. Wijken of others and all buurten stay
    in fct_indicator_value: beside another gemeente's value they would say nothing.
#}
with wijk as (
    select
        region.region_code,
        region.region_name,
        region.parent_code
    from {{ ref('dim_region') }} as region
    inner join {{ ref('stg_run__parameter') }} as parameter on region.parent_code = parameter.workspace_gemeente
    where region.region_type = 'wijk'
),

figure as (
    select
        value.*,
        wijk.region_name,
        wijk.parent_code,
        period.end_date,
        {{ is_newest('value', 'period') }} as is_newest
    from {{ ref('fct_indicator_value') }} as value
    inner join wijk on value.region_code = wijk.region_code
    inner join {{ ref('dim_period') }} as period on value.period_id = period.period_id
    where value.territory = 'as_published'
)

select
    figure.indicator_id,
    indicator.bbv_number as bbv_nummer,
    coalesce(indicator.name_nl, figure.indicator_id) as indicator,
    {{ better_in_dutch('indicator.direction') }} as gunstig,
    figure.region_code as wijkcode,
    figure.region_name as wijk,
    figure.parent_code as gemeentecode,
    figure.period_id as periode,
    figure.end_date as peildatum,
    figure.is_newest as is_nieuwste,
    figure.value as waarde,
    indicator.unit as eenheid,
    figure.numerator as teller,
    figure.denominator as noemer,
    gemeente.value as waarde_gemeente,
    case when {{ is_relative('indicator.unit') }} then figure.value - gemeente.value end as verschil,
    {{ value_status_in_dutch('figure.value_status') }} as status,
    {{ absence_in_dutch('figure.absence') }} as waarom_geen_waarde,
    {{ source_in_dutch('figure', 'snapshot') }} as bron,
    figure.is_synthetic or coalesce(gemeente.is_synthetic, false) as is_synthetisch
from figure
left join {{ ref('dim_indicator') }} as indicator on figure.indicator_id = indicator.indicator_id
left join {{ ref('fct_indicator_value') }} as gemeente
    on
        figure.indicator_id = gemeente.indicator_id
        and figure.parent_code = gemeente.region_code
        and figure.period_id = gemeente.period_id
        and gemeente.territory = 'as_published'
left join {{ ref('stg_run__snapshot') }} as snapshot on figure.snapshot_id = snapshot.snapshot_id
order by figure.indicator_id, figure.region_code, figure.period_id
