{#
    Counts from the municipality's own registrations. Two rules keep them honest:
    - covered: a period is counted only when an export holds it whole. In each of its months a minimaregeling or
      kindpakket must have been applied for, and the month must have been over when its rows came in. Provisions that
      run for years (loonkostensubsidie) say nothing about coverage: an export shows them long before its own first
      month.
    - one export: where two exports (a flat one and a CSSD dump) hold the same period, the one that came in last serves
      it, so that nobody is counted twice.
    Years and half-years are counted apart from each other and never added up.
#}
with voorziening as (
    select
        stg_municipal__voorziening.*,
        snapshot.retrieved_at
    from {{ ref('stg_municipal__voorziening') }} as stg_municipal__voorziening
    inner join {{ ref('stg_run__snapshot') }} as snapshot
        on
            stg_municipal__voorziening.source_id = snapshot.source_id
            and stg_municipal__voorziening.dataset_id = snapshot.dataset_id
            and stg_municipal__voorziening.snapshot_id = snapshot.snapshot_id
    where stg_municipal__voorziening.start_date is not null
),

granted as (
    select
        *,
        case category
            when 'minimaregeling' then 'toekenningen_minimaregelingen'
            when 'kindpakket' then 'toekenningen_kindpakket'
            when 'loonkostensubsidie' then 'loonkostensubsidie_inwoners'
        end as indicator_id
    from voorziening
    where is_granted
),

whole_month as (
    select
        dataset_id,
        cast(date_trunc('month', start_date) as date) as first_day
    from voorziening
    where category in ('minimaregeling', 'kindpakket')
    group by dataset_id, cast(date_trunc('month', start_date) as date)
    having max(retrieved_at) >= {{ add_months("cast(date_trunc('month', start_date) as date)", 1) }}
),

month_of_period as (
    select
        dataset_id,
        cast(extract(year from first_day) as text) as period_id
    from whole_month
    union all
    select
        dataset_id,
        cast(extract(year from first_day) as text)
        || case when extract(month from first_day) <= 6 then '-H1' else '-H2' end as period_id
    from whole_month
),

covered as (
    select
        dataset_id,
        period_id,
        {{ period_start('period_id') }} as first_day,
        {{ period_end('period_id') }} as last_day
    from month_of_period
    group by dataset_id, period_id
    having count(*) = {{ months_in('period_id') }}
),

counted as (
    select
        granted.indicator_id,
        covered.period_id,
        case granted.indicator_id
            when 'loonkostensubsidie_inwoners'
                then count(distinct granted.client_key) filter (
                    where
                    granted.end_date is null or granted.end_date >= covered.last_day
                )
            else count(*) filter (where granted.start_date >= covered.first_day)
        end as figure,
        bool_or(granted.is_synthetic) as is_synthetic,
        arg_max(granted.snapshot_id, (granted.start_date, granted.snapshot_id)) as snapshot_id,
        row_number() over (
            partition by granted.indicator_id, covered.period_id
            order by max(granted.retrieved_at) desc, covered.dataset_id asc
        ) as choice
    from covered
    inner join granted
        on
            covered.dataset_id = granted.dataset_id
            and covered.last_day >= granted.start_date
    where granted.indicator_id is not null
    group by granted.indicator_id, covered.dataset_id, covered.period_id
)

select
    counted.indicator_id,
    parameter.workspace_gemeente as region_code,
    counted.period_id,
    case when counted.figure >= parameter.small_count_threshold then cast(counted.figure as double) end as value,
    case when counted.figure < parameter.small_count_threshold then 'suppressed' end as absence,
    counted.is_synthetic,
    counted.snapshot_id
from counted
cross join {{ ref('stg_run__parameter') }} as parameter
where counted.choice = 1
