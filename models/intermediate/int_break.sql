{#
    Where series stop being comparable: what people registered, versions of the register that say so, and borders that
    moved so many inhabitants that the gemeente is another one. A border's break holds for the code of then and for the
    one that it leads to now.
#}
with version_break as (
    select
        indicator_id,
        cast(null as string) as region_code,
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

side as (
    select 'old' as side
    union all
    select 'new' as side
),

broken_side as (
    select
        case side.side when 'old' then change.old_code else change.new_code end as broken_code,
        change.event_date as break_date,
        'Grenswijziging: ' || change.weight_inhabitants || ' inwoners gingen van ' || change.old_name
        || ' over naar ' || change.new_name as reason,
        change.source,
        'region_changes' as seed,
        {{ row_key(['change.event_date', 'change.old_code', 'change.new_code', 'change.kind']) }} as seed_key
    from {{ ref('region_changes') }} as change
    inner join side on change.broken_side in (side.side, 'both')
    where change.kind = 'border'
),

border_break as (
    select
        cast(null as string) as indicator_id,
        broken_code as region_code,
        break_date,
        reason,
        source,
        seed,
        seed_key
    from broken_side
    union
    select
        cast(null as string) as indicator_id,
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
