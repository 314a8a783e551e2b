{#
    Schuldhulpverlening: persons who applied, who are helped on the last day that is known, whose trajectory ended, and of
    those who are rid of their debts.
#}
with trajectory as (
    select
        schuldhulp.client_key,
        schuldhulp.application_date,
        schuldhulp.start_date,
        schuldhulp.end_date,
        schuldhulp.result,
        span.first_day,
        span.last_day
    from {{ ref('stg_registration__schuldhulp') }} as schuldhulp
    inner join {{ ref('reg_span') }} as span
        on
            span.record_table = 'schuldhulp'
            and schuldhulp.original_id = span.original_id
),

counted as (
    select
        known.wet,
        known.category,
        'totaal' as form,
        'totaal' as referrer,
        'totaal' as wijk,
        'totaal' as n_provisions,
        known.period_id,
        count(distinct trajectory.client_key) filter (
            where
            trajectory.application_date between known.covered_from and known.covered_through
            and trajectory.application_date between trajectory.first_day and trajectory.last_day
        ) as applications,
        count(distinct trajectory.client_key) filter (
            where
            known.covered_through between trajectory.first_day and trajectory.last_day
            and trajectory.start_date <= known.covered_through
            and coalesce(trajectory.end_date, known.covered_through) >= known.covered_through
        ) as standing_end,
        count(distinct trajectory.client_key) filter (
            where
            trajectory.end_date between known.covered_from and known.covered_through
            and trajectory.end_date between trajectory.first_day and trajectory.last_day
        ) as ended,
        count(distinct trajectory.client_key) filter (
            where
            trajectory.end_date between known.covered_from and known.covered_through
            and trajectory.end_date between trajectory.first_day and trajectory.last_day
            and trajectory.result in ({{ quoted_list(solved_results()) }})
        ) as solved
    from {{ ref('reg_period') }} as known
    cross join trajectory
    where known.subject = 'schuldhulp'
    group by known.wet, known.category, known.period_id
)

{{
    filled_cells(
        'schuldhulp', 'all', 'counted',
        {'applications': 'persons', 'standing_end': 'persons', 'ended': 'persons', 'solved': 'persons'}
    )
}}
