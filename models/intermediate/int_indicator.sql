{# The national register, and the indicators that the workspace's objectives and plans define for themselves. #}
with register as (
    select
        indicator.*,
        version.unit,
        version.rate_base,
        version.decimals,
        version.age_band,
        version.version
    from {{ ref('indicators') }} as indicator
    inner join {{ ref('indicator_versions') }} as version on indicator.indicator_id = version.indicator_id
    -- the newest version; what was in force earlier stands in dim_indicator_version
    qualify version.version = max(version.version) over (partition by version.indicator_id)
),

objective as (
    select
        *,
        row_number() over (partition by indicator_id order by is_current desc, version desc, objective_id asc) as place
    from {{ ref('int_objective') }}
    where indicator_id is not null
),

own as (
    select objective.*
    from objective
    left join register on objective.indicator_id = register.indicator_id
    where
        objective.place = 1
        and register.indicator_id is null
),

of_plan as (
    select plan_indicator.*
    from {{ ref('stg_municipal__plan_indicator') }} as plan_indicator
    left join register on plan_indicator.indicator_id = register.indicator_id
    left join own on plan_indicator.indicator_id = own.indicator_id
    where
        register.indicator_id is null
        and own.indicator_id is null
    -- two plans may both steer on it: the first line of the file names it
    qualify row_number() over (partition by plan_indicator.indicator_id order by plan_indicator.row_number) = 1
),

-- what the workspace's own files define: an objective before a line of a plan
of_workspace as (
    select
        indicator_id,
        title as name_nl,
        title || coalesce(' (' || instrument || ')', '') as definition_nl,
        unit,
        decimals,
        direction,
        instrument as source_reference,
        rhythm,
        'objective' as raw_table,
        dataset_id,
        snapshot_id,
        row_number
    from own
    union all
    select
        indicator_id,
        name_nl,
        definition_nl,
        unit,
        decimals,
        direction,
        source as source_reference,
        rhythm,
        'plan_indicator' as raw_table,
        dataset_id,
        snapshot_id,
        row_number
    from of_plan
)

select
    indicator_id,
    bbv_number,
    name_nl,
    definition_nl,
    unit,
    rate_base,
    decimals,
    age_band,
    direction,
    taakveld,
    source_id,
    source_reference,
    rhythm,
    lag_months,
    legal_source,
    unverified,
    valid_from,
    valid_to,
    -- the version of the register, or the line of the workspace's file, that defines it
    version,
    cast(null as string) as raw_table,
    cast(null as string) as dataset_id,
    cast(null as string) as snapshot_id,
    cast(null as bigint) as row_number
from register

union all

select
    indicator_id,
    cast(null as integer) as bbv_number,
    name_nl,
    definition_nl,
    unit,
    cast(null as double) as rate_base,
    decimals,
    cast(null as string) as age_band,
    case direction when 'hold' then 'neutral' else direction end as direction,
    cast(null as string) as taakveld,
    'workspace' as source_id,
    source_reference,
    rhythm,
    cast(null as integer) as lag_months,
    cast(null as string) as legal_source,
    false as unverified,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    cast(null as integer) as version,
    raw_table,
    dataset_id,
    snapshot_id,
    row_number
from of_workspace
