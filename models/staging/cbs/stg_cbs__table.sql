{#
    What CBS says of its tables. A successor stands in the prose of the description, if anywhere:
        Deze tabel wordt opgevolgd door Europese inflatie, zie <a href='…PA=83135NED'>…</a>.
    Most descriptions name it by its title alone: then the sentence is kept, and the id stays unknown.
#}
with described as (
    select
        *,
        -- lines are wrapped inside sentences, a blank line ends one
        string_split_regex(
            replace(coalesce(description, ''), chr(13), ''), '[.!?]\s+|\n[ \t]*\n'
        ) as sentences
    from {{ source('cbs', 'cbs_table') }}
),

sentence as (
    select
        source_id,
        dataset_id,
        snapshot_id,
        table_id,
        unnest(sentences) as sentence,
        unnest(range(len(sentences))) as place
    from described
),

of_succession as (
    select
        *,
        regexp_extract_all(sentence, '\b\d{5}(?:NED|ned)\b') as tables,
        regexp_replace(sentence, '<[^>]*>', ' ', 'g') as bare
    from sentence
    where
        regexp_matches(sentence, '(?i)opgevolgd door|opvolger|vervolgtabel|voortgezet|vervangen door|nieuwe tabel\b')
        and regexp_matches(sentence, '(?i)tabel|\b\d{5}NED\b')
        -- these look back, to the table before
        and not regexp_matches(sentence, '(?i)opvolger van|vervolg op|vervolgtabel van')
),

named as (
    select
        source_id,
        dataset_id,
        snapshot_id,
        unnest(list_filter(tables, lambda named: upper(named) != upper(table_id))) as successor_table_id
    from of_succession
),

successor as (
    select
        source_id,
        dataset_id,
        snapshot_id,
        case when count(distinct upper(successor_table_id)) = 1 then min(successor_table_id) end as successor_table_id
    from named
    group by source_id, dataset_id, snapshot_id
),

note as (
    select
        source_id,
        dataset_id,
        snapshot_id,
        {{ to_text("regexp_replace(bare, '\\s+', ' ', 'g')") }} as successor_note
    from of_succession
    -- the sentence with an id in it says most, then the first
    qualify row_number() over (
        partition by source_id, dataset_id, snapshot_id order by len(tables) desc, place asc
    ) = 1
)

select
    described.source_id,
    described.dataset_id,
    described.snapshot_id,
    described.row_number,
    trim(described.table_id) as table_id,
    {{ to_text('described.title') }} as title,
    case lower({{ to_text('described.status') }})
        when 'regulier' then 'regular'
        when 'gediscontinueerd' then 'discontinued'
        else case when {{ to_text('described.status') }} is not null then 'other' end
    end as status,
    {{ to_timestamp_utc('described.modified') }} as modified_at,
    {{ to_text('described.version') }} as version,
    {{ to_text('described.version_reason') }} as version_reason,
    {{ to_text('described.coverage') }} as coverage,
    successor.successor_table_id,
    note.successor_note
from described
left join successor
    on
        described.source_id = successor.source_id
        and described.dataset_id = successor.dataset_id
        and described.snapshot_id = successor.snapshot_id
left join note
    on
        described.source_id = note.source_id
        and described.dataset_id = note.dataset_id
        and described.snapshot_id = note.snapshot_id
