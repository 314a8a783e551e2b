{#
    Which gemeente went over into which, and when: seeds/region_changes, and the code lists of CBS for events that the
    seed does not tell of. Of several lists the newest that tells of a code counts.
#}
with told as (
    select
        change.*,
        rank() over (
            partition by change.old_code
            order by
                snapshot.publisher_modified_at desc nulls last,
                snapshot.retrieved_at desc nulls last,
                change.source_id asc,
                change.dataset_id asc,
                change.snapshot_id asc
        ) as place
    from {{ ref('stg_cbs__region_change') }} as change
    left join {{ ref('stg_run__snapshot') }} as snapshot
        on
            change.source_id = snapshot.source_id
            and change.dataset_id = snapshot.dataset_id
            and change.snapshot_id = snapshot.snapshot_id
),

begun as (
    select
        region_code,
        max(valid_from) as valid_from
    from {{ ref('stg_cbs__region') }}
    group by region_code
),

listed as (
    select
        told.event_date,
        told.old_code,
        told.new_code,
        case
            when told.is_renaming then 'renumbering'
            when count(*) over (partition by told.old_code, told.event_date) > 1 then 'split'
            else 'merger'
        end as kind,
        coalesce(begun.valid_from = told.event_date, false) as is_new_code,
        told.inhabitants,
        'CBS, codelijst van ' || told.dataset_id as source,
        told.source_id,
        told.dataset_id,
        told.snapshot_id,
        told.row_number
    from told
    left join begun on told.new_code = begun.region_code
    left join {{ ref('region_changes') }} as seed
        on
            told.old_code = seed.old_code
            and told.event_date = seed.event_date
            and seed.kind != 'border'
    where
        told.place = 1
        and seed.old_code is null
),

change as (
    select
        event_date,
        old_code,
        new_code,
        kind,
        is_new_code,
        weight_inhabitants as inhabitants,
        source,
        cast(null as string) as source_id,
        cast(null as string) as dataset_id,
        cast(null as string) as snapshot_id,
        cast(null as bigint) as row_number
    from {{ ref('region_changes') }}
    union all
    select
        event_date,
        old_code,
        new_code,
        kind,
        is_new_code,
        inhabitants,
        source,
        source_id,
        dataset_id,
        snapshot_id,
        row_number
    from listed
)

select
    event_date,
    old_code,
    new_code,
    kind,
    is_new_code,
    inhabitants,
    case
        when kind = 'border' then null
        when count(*) over destination = 1 then 1.0
        -- one destination that nobody counted leaves all of them unknown
        when count(inhabitants) over destination = count(*) over destination
            then inhabitants / nullif(sum(inhabitants) over destination, 0)
    end as weight,
    source,
    -- the row of a code list; null where the seed tells of it
    source_id,
    dataset_id,
    snapshot_id,
    row_number
from change
window destination as (partition by old_code, event_date, kind = 'border')
