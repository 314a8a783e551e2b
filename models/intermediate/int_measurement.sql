{#
    Figures of indicators that arrive as they are: by hand, from a publisher, printed by others, or as the starting
    point that a plan writes down. One per indicator, region and period, in that order of preference.
#}
with parameter as (
    select * from {{ ref('stg_run__parameter') }}
),

objective as (
    select * from {{ ref('stg_municipal__objective') }}
),

steered_on as (
    select indicator_id from objective
    union
    select indicator_id from {{ ref('stg_municipal__plan_indicator') }}
),

stated as (
    select
        case way when 'measurement' then 1 else 3 end as preference,
        indicator_id,
        region_code,
        period_id,
        value,
        interval_low,
        interval_high,
        value_status,
        absence,
        is_synthetic,
        source_text,
        case way when 'measurement' then 'measurement' else 'printed_figure' end as raw_table,
        source_id,
        dataset_id,
        snapshot_id,
        row_number,
        row_number as line
    from {{ ref('int_stated_figure') }}
    where is_counted
),

-- a publisher's figure belongs here when a plan steers on it and the national register does not know it
published as (
    select
        2 as preference,
        observation.concept_id as indicator_id,
        observation.region_code,
        observation.period_id,
        observation.value,
        cast(null as double) as interval_low,
        cast(null as double) as interval_high,
        observation.value_status,
        observation.absence,
        observation.is_synthetic,
        dataset.title as source_text,
        {{ observation_table('observation.source_id') }} as raw_table,
        observation.source_id,
        observation.dataset_id,
        observation.snapshot_id,
        observation.row_number,
        0 as line
    from {{ ref('int_observation') }} as observation
    left join {{ ref('stg_run__dataset') }} as dataset
        on
            observation.source_id = dataset.source_id
            and observation.dataset_id = dataset.dataset_id
    where
        observation.preference = 1
        and observation.concept_id in (select steered_on.indicator_id from steered_on)
        and observation.concept_id not in (
            select version.published_concept from {{ ref('indicator_versions') }} as version
            where version.published_concept is not null
        )
),

starting_point as (
    select
        4 as preference,
        objective.indicator_id,
        parameter.workspace_gemeente as region_code,
        objective.baseline_period_id as period_id,
        objective.baseline_value as value,
        cast(null as double) as interval_low,
        cast(null as double) as interval_high,
        cast(null as string) as value_status,
        cast(null as string) as absence,
        false as is_synthetic,
        'Nulmeting: ' || coalesce(objective.source, objective.instrument, objective.plan_id) as source_text,
        'objective' as raw_table,
        objective.source_id,
        objective.dataset_id,
        objective.snapshot_id,
        objective.row_number,
        objective.row_number as line
    from objective
    cross join parameter
    where
        objective.baseline_value is not null
        and objective.baseline_period_id is not null
        and objective.indicator_id is not null
),

everything as (
    select * from stated
    union all
    select * from published
    union all
    select * from starting_point
),

ranked as (
    select
        *,
        row_number() over (
            partition by indicator_id, region_code, period_id
            order by
                (preference = 3 and value is null) asc,  -- that a print has no figure is the last thing to go by
                preference asc,
                line desc,
                snapshot_id asc
        ) as place
    from everything
)

select
    indicator_id,
    region_code,
    period_id,
    value,
    interval_low,
    interval_high,
    value_status,
    absence,
    is_synthetic,
    source_text,
    raw_table,
    source_id,
    dataset_id,
    snapshot_id,
    row_number
from ranked
where place = 1
