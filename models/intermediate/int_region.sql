{#
    Every region of a code list or a figure, and the regions they lie in. Several lists may tell of one region: names
    and dates come from the newest snapshot that has them. A region that no list names is called by its code.
#}
with listed as (
    select
        region.*,
        row_number() over (
            partition by region.region_code
            order by
                (region.valid_from is null and region.valid_to is null) asc,
                snapshot.publisher_modified_at desc nulls last,
                snapshot.retrieved_at desc nulls last,
                region.dataset_id asc
        ) as place,
        max(region.parent_code) over (partition by region.region_code) as known_parent
    from {{ ref('stg_cbs__region') }} as region
    left join {{ ref('stg_run__snapshot') }} as snapshot
        on
            region.source_id = snapshot.source_id
            and region.dataset_id = snapshot.dataset_id
            and region.snapshot_id = snapshot.snapshot_id
),

named as (
    select * from listed
    where place = 1
),

mentioned as (
    select
        region_code,
        known_parent as parent_code
    from named
    union
    select
        region_code,
        case {{ region_type('region_code') }}
            when 'wijk' then 'GM' || substr(region_code, 3, 4)
            when 'buurt' then 'WK' || substr(region_code, 3, 6)
            when 'provincie' then 'NL01'
        end as parent_code
    from {{ ref('int_indicator_value') }}
    union
    -- gemeenten of today's division and of breaks, whether or not anyone published a figure of them
    select
        region_code,
        cast(null as string) as parent_code
    from {{ ref('int_indicator_value_current') }}
    union
    select
        region_code,
        cast(null as string) as parent_code
    from {{ ref('int_break') }}
    where region_code is not null
    union
    select
        workspace_gemeente as region_code,
        cast(null as string) as parent_code
    from {{ ref('stg_run__parameter') }}
),

lineage as (
    select region_code from mentioned
    union
    select parent_code from mentioned
    where parent_code is not null
    union
    -- the gemeente of a buurt whose wijk no list names
    select 'GM' || substr(region_code, 3, 4) from mentioned
    where left(region_code, 2) = 'BU'
    union
    select 'NL01' from mentioned
    where left(parent_code, 2) = 'PV'
),

parent as (
    select
        region_code,
        max(parent_code) as parent_code
    from mentioned
    group by region_code
),

newest_inhabitants as (
    select
        observation.region_code,
        max_by(observation.value, observation.period_id) as inhabitants,
        max_by({{ figure_of('observation') }}, observation.period_id) as figure
    from {{ ref('int_observation') }} as observation
    where
        observation.concept_id = 'inhabitants'
        and observation.preference = 1
        and observation.value is not null
    group by observation.region_code
)

select
    lineage.region_code,
    coalesce(named.region_name, lineage.region_code) as region_name,
    {{ region_type('lineage.region_code') }} as region_type,
    coalesce(
        parent.parent_code,
        case {{ region_type('lineage.region_code') }}
            when 'wijk' then 'GM' || substr(lineage.region_code, 3, 4)
            when 'buurt' then 'WK' || substr(lineage.region_code, 3, 6)
            when 'provincie' then 'NL01'
        end
    ) as parent_code,
    named.valid_from,
    named.valid_to,
    named.successor_code,
    case
        when {{ region_type('lineage.region_code') }} != 'gemeente' then null
        when newest_inhabitants.inhabitants < 20000 then 'minder dan 20.000 inwoners'
        when newest_inhabitants.inhabitants < 50000 then '20.000 tot 50.000 inwoners'
        when newest_inhabitants.inhabitants < 100000 then '50.000 tot 100.000 inwoners'
        when newest_inhabitants.inhabitants < 150000 then '100.000 tot 150.000 inwoners'
        when newest_inhabitants.inhabitants < 250000 then '150.000 tot 250.000 inwoners'
        when newest_inhabitants.inhabitants >= 250000 then '250.000 inwoners of meer'
    end as size_class,
    -- the row of a code list that names it, and the number of inhabitants that gives its size
    named.source_id,
    named.dataset_id,
    named.snapshot_id,
    named.row_number,
    newest_inhabitants.figure as inhabitants_figure
from lineage
left join named on lineage.region_code = named.region_code
left join parent on lineage.region_code = parent.region_code
left join newest_inhabitants on lineage.region_code = newest_inhabitants.region_code
