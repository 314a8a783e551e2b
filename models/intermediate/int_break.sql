{#
    Where series stop being comparable: what people registered, versions of the register that say so, and borders that
    moved so many inhabitants that the gemeente is another one. A border's break holds for the code of then and for the
    one that it leads to now.
#}
with version_break as (
    select
        indicator_id,
        cast(null as text) as region_code,
        valid_from as break_date,
        coalesce(note, 'De indicator wordt vanaf deze dag anders geteld') as reason,
        'Register van indicatoren' as source,
        'indicator_versions' as seed,
        {{ row_key(['indicator_id', 'version']) }} as seed_key
    from {{ ref('indicator_versions') }}
    where
        not is_comparable
        and valid_from is not null
),

broken_side as (
    select
        unnest(case broken_side
            when 'old' then [old_code]
            when 'new' then [new_code]
            when 'both' then [old_code, new_code]
        end) as broken_code,
        event_date as break_date,
        'Grenswijziging: ' || weight_inhabitants || ' inwoners gingen van ' || old_name
        || ' over naar ' || new_name as reason,
        source,
        'region_changes' as seed,
        {{ row_key(['event_date', 'old_code', 'new_code', 'kind']) }} as seed_key
    from {{ ref('region_changes') }}
    where kind = 'border'
),

border_break as (
    select
        cast(null as text) as indicator_id,
        broken_code as region_code,
        break_date,
        reason,
        source,
        seed,
        seed_key
    from broken_side
    union
    select
        cast(null as text) as indicator_id,
        territory.current_code as region_code,
        broken_side.break_date,
        broken_side.reason,
        broken_side.source,
        broken_side.seed,
        broken_side.seed_key
    from broken_side
    inner join {{ ref('int_region_current') }} as territory on broken_side.broken_code = territory.region_code
)

select
    indicator_id,
    region_code,
    break_date,
    reason,
    source,
    'breaks' as seed,
    {{ row_key(['indicator_id', 'region_code', 'break_date']) }} as seed_key
from {{ ref('breaks') }}

union all

select
    indicator_id,
    region_code,
    break_date,
    reason,
    source,
    seed,
    seed_key
from version_break

union all

select
    indicator_id,
    region_code,
    break_date,
    reason,
    source,
    seed,
    seed_key
from border_break
