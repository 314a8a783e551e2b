{#
    The verdict on every objective, now and at every measurement since its baseline. For an every-wijk objective the
    wijk that does worst decides for the gemeente; at each period every wijk counts with its latest figure, and a wijk
    that was never measured counts as such.
#}
with parameter as (
    select * from {{ ref('stg_run__parameter') }}
),

judged as (
    select
        *,
        coalesce(
            lead(t) over (partition by objective_id, version, region_code order by t nulls last),
            cast('infinity' as double)
        ) as next_t,
        case status
            when 'verkeerde richting' then 1
            when 'ver achter' then 2
            when 'achter op schema' then 3
            when 'geen nulmeting' then 4
            when 'geen nieuwe meting' then 5
            when 'op koers' then 6
            when 'op de grens' then 7
            when 'behaald' then 8
        end as severity
    from {{ ref('int_objective_status') }}
),

wijk_start as (
    select
        objective_id,
        version,
        region_code,
        min(t) as first_t
    from judged
    where is_wijk
    group by objective_id, version, region_code
),

-- the moments at which any wijk was measured, from the first figure of the wijk that came last
moment as (
    select
        judged.objective_id,
        judged.version,
        judged.period_id,
        judged.t,
        judged.t = max(judged.t) over (partition by judged.objective_id, judged.version) as is_latest
    from judged
    where
        judged.is_wijk
        and judged.t >= (
            select max(wijk_start.first_t) from wijk_start
            where wijk_start.objective_id = judged.objective_id and wijk_start.version = judged.version
        )
    group by judged.objective_id, judged.version, judged.period_id, judged.t
),

wijk_at_moment as (
    select
        judged.*,
        moment.period_id as moment_id,
        moment.is_latest as is_latest_moment,
        row_number() over (
            partition by judged.objective_id, judged.version, moment.period_id
            order by judged.severity asc nulls last, judged.ratio asc nulls last, judged.region_code asc
        ) as place,
        bool_or(judged.is_synthetic) over (
            partition by judged.objective_id, judged.version, moment.period_id
        ) as any_synthetic,
        array_agg({{ record({'region_code': 'judged.region_code', 'period_id': 'judged.period_id'}) }}) over (
            partition by judged.objective_id, judged.version, moment.period_id
        ) as wijken
    from moment
    inner join judged
        on
            moment.objective_id = judged.objective_id
            and moment.version = judged.version
            and judged.is_wijk
            and (judged.t is null or (moment.t >= judged.t and moment.t < judged.next_t))
),

verdict as (
    select
        objective_id,
        version,
        plan_id,
        region_code,
        is_wijk,
        period_id,
        indicator_id,
        kind,
        rhythm,
        baseline_value,
        baseline_period_id,
        target_value,
        target_period_id,
        current_value,
        expected_value,
        attainment,
        ratio,
        status,
        probability,
        is_latest,
        is_current_version,
        is_synthetic,
        snapshot_id,
        baseline_figure_period_id,
        cast(null as string) as deciding_region_code,
        null as wijken
    from judged
    where
        -- a gemeente row of its own only while no wijk is measured
        kind != 'every_wijk'
        or is_wijk
        or not exists (
            select 1 from moment
            where moment.objective_id = judged.objective_id and moment.version = judged.version
        )
    union all
    select
        wijk.objective_id,
        wijk.version,
        wijk.plan_id,
        parameter.workspace_gemeente as region_code,
        false as is_wijk,
        wijk.moment_id as period_id,
        wijk.indicator_id,
        wijk.kind,
        wijk.rhythm,
        wijk.baseline_value,
        wijk.baseline_period_id,
        wijk.target_value,
        wijk.target_period_id,
        wijk.current_value,
        wijk.expected_value,
        wijk.attainment,
        wijk.ratio,
        wijk.status,
        cast(null as double) as probability,
        wijk.is_latest_moment as is_latest,
        wijk.is_current_version,
        wijk.any_synthetic as is_synthetic,
        wijk.snapshot_id,
        cast(null as string) as baseline_figure_period_id,
        wijk.region_code as deciding_region_code,
        wijk.wijken
    from wijk_at_moment as wijk
    cross join parameter
    where wijk.place = 1
),

dated as (
    select
        verdict.*,
        case
            when verdict.is_latest and verdict.is_current_version
                then {{ add_months(
                    period_end('verdict.period_id') ~ ' + 1',
                    "case verdict.rhythm
                        when 'monthly' then 1
                        when 'quarterly' then 3
                        when 'half-yearly' then 6
                        when 'yearly' then 12
                        when 'per school year' then 12
                        when '4-yearly' then 48
                    end"
                ) }} - 1
        end as next_measurement_due
    from verdict
    -- a version that was replaced before anything was measured has nothing to tell
    where verdict.is_current_version or verdict.period_id is not null
)

select
    dated.objective_id,
    dated.version,
    dated.plan_id,
    dated.region_code,
    dated.period_id,
    dated.indicator_id,
    dated.kind,
    dated.baseline_value,
    dated.baseline_period_id,
    dated.target_value,
    dated.target_period_id,
    dated.current_value,
    dated.expected_value,
    dated.attainment,
    dated.ratio,
    dated.status,
    dated.probability,
    dated.next_measurement_due,
    coalesce(dated.next_measurement_due < parameter.as_of, false) as is_overdue,
    dated.is_current_version and dated.is_latest and not dated.is_wijk as is_current,
    dated.is_synthetic,
    dated.snapshot_id,
    -- the period of the wijk's own figure from which it starts; null where it starts from that of the objective
    dated.baseline_figure_period_id,
    -- of an every-wijk verdict on the gemeente: the wijk that decides, and all that count with their periods
    dated.deciding_region_code,
    dated.wijken
from dated
cross join parameter
