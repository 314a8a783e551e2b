{#
    Values in today's division. A gemeente's figure for a period is made of its parts: the codes that existed on the
    period's first day and lead to it. One part that went over as a whole is the same territory: its row is taken as it
    is. Of several parts, counts add and rates are made again from the summed counts; a published rate without counts
    is never averaged. Provincies, wijken and buurten are not here: provincies keep their borders but for a handful of
    moves, and who moved between wijken and buurten nobody counts.
#}
with gemeente_value as (
    select * from {{ ref('int_indicator_value') }}
    where {{ region_type('region_code') }} = 'gemeente'
),

-- counts add: whatever a rate counts or divides by may also be published for itself
counted_concept as (
    select numerator_concept as concept_id from {{ ref('indicator_versions') }}
    where numerator_concept is not null
    union
    select denominator_concept from {{ ref('indicator_versions') }}
    where denominator_concept is not null
),

version as (
    select
        indicator_version.*,
        counted_concept.concept_id is not null and indicator_version.rate_base is null as is_count
    from {{ ref('indicator_versions') }} as indicator_version
    left join counted_concept on indicator_version.published_concept = counted_concept.concept_id
),

period as (
    select
        period_id,
        {{ period_start('period_id') }} as first_day
    from (select distinct period_id from gemeente_value) as mentioned
),

-- what leads where, with the days on which it was there; a code that no list knows stands for itself
way as (
    select
        current_region.region_code,
        current_region.current_code,
        current_region.weight,
        current_region.is_split,
        life.valid_from,
        life.valid_to
    from {{ ref('int_region_current') }} as current_region
    inner join {{ ref('int_region_life') }} as life on current_region.region_code = life.region_code
    union all
    select distinct
        gemeente_value.region_code,
        gemeente_value.region_code as current_code,
        cast(1 as double) as weight,
        false as is_split,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to
    from gemeente_value
    left join {{ ref('int_region_life') }} as life on gemeente_value.region_code = life.region_code
    where life.region_code is null
),

-- the gemeenten of today that were alone on their territory already: most of them, and nothing to reckon
alone as (
    select
        way.current_code,
        period.period_id
    from way
    inner join period on {{ existed_on('way', 'period.first_day') }}
    group by way.current_code, period.period_id
    having count(*) = 1 and bool_and(way.region_code = way.current_code and way.weight = 1)
),

wanted as (
    select distinct
        gemeente_value.indicator_id,
        way.current_code,
        gemeente_value.period_id,
        period.first_day
    from gemeente_value
    inner join way on gemeente_value.region_code = way.region_code
    inner join period on gemeente_value.period_id = period.period_id
    left join alone
        on
            way.current_code = alone.current_code
            and gemeente_value.period_id = alone.period_id
    where
        alone.current_code is null
        and (way.region_code = way.current_code or {{ existed_on('way', 'period.first_day') }})
),

part as (
    select
        wanted.indicator_id,
        wanted.current_code,
        wanted.period_id,
        way.region_code as part_code,
        way.weight,
        way.is_split,
        gemeente_value.value,
        gemeente_value.numerator * way.weight as numerator,
        gemeente_value.denominator * way.weight as denominator,
        gemeente_value.value * way.weight as count_value,
        gemeente_value.rate_low * gemeente_value.denominator * way.weight as low_share,
        gemeente_value.rate_high * gemeente_value.denominator * way.weight as high_share,
        gemeente_value.value_status,
        gemeente_value.absence,
        gemeente_value.is_synthetic,
        gemeente_value.snapshot_id,
        gemeente_value.denominator_snapshot_id,
        gemeente_value.indicator_id is not null as is_known,
        -- where a figure cannot occur there is no part
        coalesce(gemeente_value.absence, '') != 'impossible' as is_part
    from wanted
    inner join way
        on
            wanted.current_code = way.current_code
            and {{ existed_on('way', 'wanted.first_day') }}
    left join gemeente_value
        on
            wanted.indicator_id = gemeente_value.indicator_id
            and way.region_code = gemeente_value.region_code
            and wanted.period_id = gemeente_value.period_id
),

-- the largest part gives the snapshot to look into
ranked as (
    select
        *,
        row_number() over (
            partition by indicator_id, current_code, period_id
            order by
                (snapshot_id is null) asc,
                is_part desc,
                coalesce(denominator, count_value) desc nulls last,
                part_code asc
        ) as place
    from part
),

summed as (
    select
        indicator_id,
        current_code,
        period_id,
        count(*) filter (where is_part) as n_parts,
        count(value) filter (where is_part) as n_values,
        count(absence) filter (where is_part) as n_absences,
        count(value_status) filter (where is_part) as n_statuses,
        count(numerator) filter (where is_part) as n_numerators,
        count(denominator) filter (where is_part) as n_denominators,
        count(count_value) filter (where is_part) as n_counts,
        count(low_share) filter (where is_part) as n_intervals,
        min(case when is_part and weight = 1 then part_code end) as whole_part,
        {{ sum_in_order('numerator', 'part_code', 'is_part') }} as numerator,
        {{ sum_in_order('denominator', 'part_code', 'is_part') }} as denominator,
        {{ sum_in_order('count_value', 'part_code', 'is_part') }} as count_value,
        {{ sum_in_order('low_share', 'part_code', 'is_part') }} as low_share,
        {{ sum_in_order('high_share', 'part_code', 'is_part') }} as high_share,
        max(value_status) filter (where is_part) as most_status,
        coalesce(bool_or(value_status = 'provisional') filter (where is_part), false) as any_provisional,
        min(absence) filter (where is_part) as least_absence,
        max(absence) filter (where is_part) as most_absence,
        coalesce(bool_or(absence = 'suppressed') filter (where is_part), false) as any_suppressed,
        coalesce(bool_or(is_split) filter (where is_part), false) as is_indicative,
        bool_or(is_synthetic) as is_synthetic,
        {{ list_in_order('part_code', 'part_code', 'is_known') }} as part_codes,
        max(case when place = 1 then snapshot_id end) as snapshot_id,
        max(case when place = 1 then denominator_snapshot_id end) as denominator_snapshot_id
    from ranked
    group by indicator_id, current_code, period_id
),

-- today's own row, where the publisher has one for that period
owned as (
    select
        wanted.indicator_id,
        wanted.current_code,
        wanted.period_id,
        own.region_code as own_code,
        own.value as own_value,
        own.snapshot_id as own_snapshot_id,
        coalesce(own.is_synthetic, false) as own_is_synthetic
    from wanted
    left join gemeente_value as own
        on
            wanted.indicator_id = own.indicator_id
            and wanted.current_code = own.region_code
            and wanted.period_id = own.period_id
),

judged as (
    select
        owned.indicator_id,
        owned.current_code,
        owned.period_id,
        case
            when summed.n_parts = 1 and summed.whole_part is not null and summed.snapshot_id is not null
                then summed.whole_part
            -- the publisher reckoned back, for a code that was not there yet
            when coalesce(summed.n_values, 0) = 0 and owned.own_value is not null then owned.own_code
            -- neither the parts nor today's code could have a figure
            when coalesce(summed.n_parts, 0) = 0 then owned.own_code
        end as taken_code,
        summed.n_parts,
        summed.n_values,
        case when summed.n_numerators = summed.n_parts then summed.numerator end as numerator,
        case when summed.n_denominators = summed.n_parts then summed.denominator end as denominator,
        case when summed.n_counts = summed.n_parts then summed.count_value end as count_value,
        case when summed.n_intervals = summed.n_parts then summed.low_share end as low_share,
        case when summed.n_intervals = summed.n_parts then summed.high_share end as high_share,
        case
            when summed.any_provisional then 'provisional'
            -- of definitive and revised, revised is the less settled
            when summed.n_statuses = summed.n_parts or summed.most_status = 'revised' then summed.most_status
        end as value_status,
        case
            when summed.any_suppressed then 'suppressed'
            when summed.n_parts = 0 then 'impossible'
            when summed.n_absences = summed.n_parts and summed.least_absence = summed.most_absence
                then summed.least_absence
            when summed.n_values < summed.n_parts then 'unknown'
        end as part_absence,
        summed.n_counts < summed.n_values as is_unweighted,
        summed.is_indicative,
        coalesce(summed.is_synthetic, false) or owned.own_is_synthetic as is_synthetic,
        coalesce(summed.snapshot_id, owned.own_snapshot_id) as snapshot_id,
        summed.denominator_snapshot_id,
        coalesce(summed.part_codes, {{ texts(['owned.own_code']) }}) as part_codes
    from owned
    left join summed
        on
            owned.indicator_id = summed.indicator_id
            and owned.current_code = summed.current_code
            and owned.period_id = summed.period_id
),

remade as (
    select
        judged.*,
        case
            when judged.part_absence is not null then null
            when version.rate_base is not null
                then judged.numerator / nullif(judged.denominator, 0) * version.rate_base
        end as rate_computed,
        case
            when judged.part_absence is null and version.is_count then judged.count_value
        end as added
    from judged
    left join version
        on
            judged.indicator_id = version.indicator_id
            and {{ in_force('version', 'judged.period_id') }}
    where judged.taken_code is null
)

select
    value.indicator_id,
    value.region_code,
    value.period_id,
    value.value,
    value.numerator,
    value.denominator,
    value.rate_published,
    value.rate_computed,
    value.rate_low,
    value.rate_high,
    value.is_consistent,
    value.interval_low,
    value.interval_high,
    value.value_status,
    value.absence,
    value.is_derived,
    false as is_indicative,
    value.is_synthetic,
    value.snapshot_id,
    value.denominator_snapshot_id,
    value.source_text,
    -- whose row it is, or the codes whose rows it is made of
    value.region_code as taken_code,
    {{ no_texts() }} as part_codes
from gemeente_value as value
inner join alone
    on
        value.region_code = alone.current_code
        and value.period_id = alone.period_id

union all

select
    value.indicator_id,
    judged.current_code as region_code,
    value.period_id,
    value.value,
    value.numerator,
    value.denominator,
    value.rate_published,
    value.rate_computed,
    value.rate_low,
    value.rate_high,
    value.is_consistent,
    value.interval_low,
    value.interval_high,
    value.value_status,
    value.absence,
    value.is_derived,
    false as is_indicative,
    value.is_synthetic,
    value.snapshot_id,
    value.denominator_snapshot_id,
    value.source_text,
    judged.taken_code,
    {{ no_texts() }} as part_codes
from judged
inner join gemeente_value as value
    on
        judged.indicator_id = value.indicator_id
        and judged.taken_code = value.region_code
        and judged.period_id = value.period_id

union all

select
    indicator_id,
    current_code as region_code,
    period_id,
    coalesce(rate_computed, added) as value,
    numerator,
    denominator,
    cast(null as double) as rate_published,
    rate_computed,
    case when rate_computed is not null then low_share / denominator end as rate_low,
    case when rate_computed is not null then high_share / denominator end as rate_high,
    cast(null as boolean) as is_consistent,
    cast(null as double) as interval_low,
    cast(null as double) as interval_high,
    value_status,
    case
        when coalesce(rate_computed, added) is not null then null
        when part_absence is not null then part_absence
        when is_unweighted then 'unknown'
        when denominator = 0 then 'impossible'
        else 'not_available'
    end as absence,
    coalesce(rate_computed, added) is not null as is_derived,
    is_indicative,
    is_synthetic,
    snapshot_id,
    denominator_snapshot_id,
    cast(null as string) as source_text,
    cast(null as string) as taken_code,
    part_codes
from remade

union all

select
    indicator_id,
    region_code,
    period_id,
    value,
    numerator,
    denominator,
    rate_published,
    rate_computed,
    rate_low,
    rate_high,
    is_consistent,
    interval_low,
    interval_high,
    value_status,
    absence,
    is_derived,
    false as is_indicative,
    is_synthetic,
    snapshot_id,
    denominator_snapshot_id,
    source_text,
    region_code as taken_code,
    {{ no_texts() }} as part_codes
from {{ ref('int_indicator_value') }}
where {{ region_type('region_code') }} = 'land'
