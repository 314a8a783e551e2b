{#
    What each export delivers, and of which months it speaks.
    - part: what exports may deliver apart from each other, so that one does not take the other's place: the wet of care
      (Wmo and Jeugdhulp may come in two files), the category of grants and reports.
    - An export whose name holds a period speaks for that period. Any other is a stand: it speaks for the months from
      where its rows begin until its receipt. Where they begin is told by what passes: a payment, a grant, the first end
      of something that ran. What still runs may have begun long before the first month that the export holds whole.
    - Its last row tells how far it goes. Provisions go as far as the payments of their wet: a month in which none begins
      is not a month that is missing.
    - A dataset speaks for every category that it has ever delivered: one that is missing in a later file was nil there.
      For the wet of care it does not: a whole act that is missing was not exported.
#}
with declared as (
    select
        wet,
        max(care_month) as last_month
    from {{ ref('stg_registration__declaratieregel') }}
    group by wet
),

seen as (
    select
        'declaratieregel' as record_table,
        wet as part,
        original_id,
        dataset_id,
        true as is_apart,
        min(care_month) as begins,
        cast(null as date) as ends,
        max(care_month) as last_day
    from {{ ref('stg_registration__declaratieregel') }}
    group by wet, original_id, dataset_id
    union all
    select
        'beschikte_voorziening' as record_table,
        provision.wet as part,
        provision.original_id,
        provision.dataset_id,
        true as is_apart,
        min(provision.end_date) filter (where provision.is_granted) as begins,
        cast(null as date) as ends,
        max(greatest(provision.start_date, provision.application_date, declared.last_month)) as last_day
    from {{ ref('stg_registration__beschikte_voorziening') }} as provision
    left join declared on provision.wet = declared.wet
    group by provision.wet, provision.original_id, provision.dataset_id
    union all
    select
        'toekenning' as record_table,
        category as part,
        original_id,
        dataset_id,
        false as is_apart,
        -- a subsidy that runs for years tells only by its end how far an export goes back
        min(start_date) filter (where category != 'loonkostensubsidie') as begins,
        min(end_date) filter (where category = 'loonkostensubsidie') as ends,
        max(start_date) as last_day
    from {{ ref('stg_registration__toekenning') }}
    group by category, original_id, dataset_id
    union all
    select
        'uitkering' as record_table,
        'totaal' as part,
        uitkering.original_id,
        uitkering.dataset_id,
        false as is_apart,
        min(uitkering.end_date) as begins,
        cast(null as date) as ends,
        max(
            greatest(
                uitkering.start_date,
                case when uitkering.end_date <= original.received_on then uitkering.end_date end
            )
        ) as last_day
    from {{ ref('stg_registration__uitkering') }} as uitkering
    inner join {{ ref('stg_registration__original') }} as original on uitkering.original_id = original.original_id
    group by uitkering.original_id, uitkering.dataset_id
    union all
    select
        'inburgering' as record_table,
        'totaal' as part,
        original_id,
        dataset_id,
        false as is_apart,
        min({{ measuring_day('settlement_date') }}) as begins,
        cast(null as date) as ends,
        max({{ measuring_day('settlement_date') }}) as last_day
    from {{ ref('stg_registration__inburgering') }}
    group by original_id, dataset_id
    union all
    select
        'schuldhulp' as record_table,
        'totaal' as part,
        schuldhulp.original_id,
        schuldhulp.dataset_id,
        false as is_apart,
        min(schuldhulp.end_date) as begins,
        cast(null as date) as ends,
        max(
            greatest(
                schuldhulp.application_date,
                schuldhulp.start_date,
                case when schuldhulp.end_date <= original.received_on then schuldhulp.end_date end
            )
        ) as last_day
    from {{ ref('stg_registration__schuldhulp') }} as schuldhulp
    inner join {{ ref('stg_registration__original') }} as original on schuldhulp.original_id = original.original_id
    group by schuldhulp.original_id, schuldhulp.dataset_id
    union all
    select
        'melding' as record_table,
        category as part,
        original_id,
        dataset_id,
        false as is_apart,
        min(received_date) as begins,
        cast(null as date) as ends,
        max(received_date) as last_day
    from {{ ref('stg_registration__melding') }}
    group by category, original_id, dataset_id
    union all
    select
        'klacht' as record_table,
        'totaal' as part,
        original_id,
        dataset_id,
        false as is_apart,
        min(received_date) as begins,
        cast(null as date) as ends,
        max(received_date) as last_day
    from {{ ref('stg_registration__klacht') }}
    group by original_id, dataset_id
),

-- how far the rows of an export go: per wet for care, of all parts together for the rest
extent as (
    select
        record_table,
        original_id,
        dataset_id,
        case when is_apart then part end as apart,
        coalesce(min(begins), min(ends)) as begins,
        max(last_day) as last_day
    from seen
    group by record_table, original_id, dataset_id, case when is_apart then part end
),

spoken_of as (
    select distinct
        record_table,
        part,
        dataset_id,
        case when is_apart then part end as apart
    from seen
)

select
    extent.record_table,
    spoken_of.part,
    extent.original_id,
    seen.original_id is not null as has_rows,
    coalesce(
        original.first_month,
        least({{ month_of('extent.begins') }}, {{ month_of('original.received_on') }})
    ) as first_month,
    coalesce(original.last_month, {{ month_of('original.received_on') }}) as last_month,
    {{ month_of('extent.last_day') }} as last_row_month,
    -- the order in which exports take each other's place: the newest last; of two at once the one that speaks of less
    row_number() over (
        partition by extent.record_table, spoken_of.part
        order by
            seen.original_id is not null asc,
            original.received_at asc,
            date_diff('month', original.first_month, original.last_month) desc nulls first,
            extent.original_id asc
    ) as place
from extent
inner join spoken_of
    on
        extent.record_table = spoken_of.record_table
        and extent.dataset_id = spoken_of.dataset_id
        and extent.apart is not distinct from spoken_of.apart
inner join {{ ref('stg_registration__original') }} as original on extent.original_id = original.original_id
left join seen
    on
        extent.record_table = seen.record_table
        and extent.original_id = seen.original_id
        and spoken_of.part = seen.part
