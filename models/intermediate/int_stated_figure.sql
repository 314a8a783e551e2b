{#
    The verdict on every figure that somebody wrote down. Three checks, for land, provincie and gemeente; wijken and
    buurten vary too much for the first two.
    - bounds: what the register holds possible for a gemeente;
    - unit alarm: eight to twelve times a neighbour of the same region and unit, within three years and of the same type
      of period. Neighbours are the publishers' nearest figure, their figure of the same period included; only where
      they have none, the other figures by hand, of which half or more must differ so: one wrong line must not drag a
      whole series along, while a switch half-way sets the series aside;
    - contradiction: of lines on the same figure the most final one counts, then the newest file and its last line.
    Against the Netherlands in the same period a tenfold difference only warns: small gemeenten are truly like that.
#}
with line as (
    select
        stated.*,
        version.unit,
        version.rate_base,
        version.plausible_low,
        version.plausible_high,
        {{ period_type('stated.period_id') }} as period_type,
        {{ period_time('stated.period_id') }} as t,
        stated.is_registered
        and stated.reason_kind is null
        and stated.value is not null
        and {{ region_type('stated.region_code') }} in ('land', 'provincie', 'gemeente') as is_checked
    from {{ ref('int_stated_line') }} as stated
    left join {{ ref('indicator_versions') }} as version
        on
            stated.indicator_id = version.indicator_id
            and {{ in_force('version', 'stated.period_id') }}
),

bounded as (
    select
        *,
        is_checked and not coalesce(value >= plausible_low, true) as is_below,
        is_checked and not coalesce(value <= plausible_high, true) as is_above,
        case
            when value * 10 between plausible_low and plausible_high then value * 10
            when value / 10 between plausible_low and plausible_high then value / 10
        end as fitting_value,
        rate_base / factor * case when value < plausible_low then 0.1 else 10 end as fitting_base
    from line
),

published_neighbour as (
    select
        bounded.line_id,
        published.period_id,
        published.value,
        {{ is_tenfold('bounded.value', 'published.value') }} as jumps
    from bounded
    inner join {{ ref('int_published_magnitude') }} as published
        on
            bounded.indicator_id = published.indicator_id
            and bounded.unit = published.unit
            and bounded.region_code = published.region_code
            and bounded.period_type = {{ period_type('published.period_id') }}
            and abs(bounded.t - {{ period_time('published.period_id') }}) <= 3
    where bounded.is_checked
    qualify
        row_number() over (
            partition by bounded.line_id
            order by abs(bounded.t - {{ period_time('published.period_id') }}) asc, published.period_id asc
        ) = 1
),

stated_neighbour as (
    select
        bounded.line_id,
        neighbour.period_id,
        neighbour.value,
        {{ is_tenfold('bounded.value', 'neighbour.value') }} as jumps,
        count(*) over (partition by bounded.line_id) as n_neighbours,
        count(*) filter (where {{ is_tenfold('bounded.value', 'neighbour.value') }})
            over (partition by bounded.line_id) as n_jumps,
        row_number() over (
            partition by bounded.line_id
            order by
                {{ is_tenfold('bounded.value', 'neighbour.value') }} desc,
                abs(bounded.t - neighbour.t) asc,
                neighbour.t asc,
                neighbour.line_id asc
        ) as place
    from bounded
    inner join bounded as neighbour
        on
            bounded.indicator_id = neighbour.indicator_id
            and bounded.unit = neighbour.unit
            and bounded.region_code = neighbour.region_code
            and bounded.period_type = neighbour.period_type
            and bounded.period_id != neighbour.period_id
            and abs(bounded.t - neighbour.t) <= 3
    where
        bounded.is_checked
        and neighbour.is_checked
        and not neighbour.is_below
        and not neighbour.is_above
),

alarmed as (
    select
        bounded.*,
        coalesce(
            published_neighbour.jumps, stated_neighbour.n_jumps * 2 >= stated_neighbour.n_neighbours, false
        ) as is_alarmed,
        coalesce(published_neighbour.period_id, stated_neighbour.period_id) as neighbour_period_id,
        coalesce(published_neighbour.value, stated_neighbour.value) as neighbour_value,
        coalesce(published_neighbour.line_id is not null, false) as is_published_neighbour
    from bounded
    left join published_neighbour on bounded.line_id = published_neighbour.line_id
    left join stated_neighbour
        on
            bounded.line_id = stated_neighbour.line_id
            and stated_neighbour.place = 1
),

kinds as (
    select
        *,
        case
            when reason_kind is not null then reason_kind
            when is_below or is_above then 'implausible'
            when is_alarmed then 'unit_alarm'
        end as kind
    from alarmed
),

ranked as (
    select
        kinds.*,
        row_number() over (
            partition by kinds.indicator_id, kinds.region_code, kinds.period_id, kinds.kind is null
            order by
                (kinds.value is null) asc,
                kinds.way asc,  -- measurement, then printed
                case kinds.value_status when 'provisional' then 2 when 'revised' then 1 else 0 end asc,
                snapshot.retrieved_at desc nulls last,
                kinds.row_number desc,
                kinds.line_id desc
        ) as place
    from kinds
    left join {{ ref('stg_run__snapshot') }} as snapshot
        on
            kinds.source_id = snapshot.source_id
            and kinds.dataset_id = snapshot.dataset_id
            and kinds.snapshot_id = snapshot.snapshot_id
),

compared as (
    select
        ranked.*,
        winner.value as winner_value,
        winner.value_written as winner_written,
        winner.value_status as winner_status,
        winner.way as winner_way,
        winner.row_number as winner_row_number,
        case
            when ranked.kind is not null then ranked.kind
            when abs(ranked.value - winner.value) <= ranked.half_step + winner.half_step + 1e-9 then null
            when ranked.value is null then null
            when ranked.value_status != coalesce(winner.value_status, 'definitive') then 'superseded'
            else 'contradicted'
        end as final_kind
    from ranked
    left join ranked as winner
        on
            ranked.indicator_id = winner.indicator_id
            and ranked.region_code = winner.region_code
            and ranked.period_id = winner.period_id
            and ranked.kind is null
            and winner.kind is null
            and winner.place = 1
),

-- what the Netherlands has: the publisher's figure, else the one that counts here
national as (
    select
        indicator_id,
        period_id,
        value,
        1 as choice
    from {{ ref('int_published_magnitude') }}
    where region_code = 'NL01'
    union all
    select
        indicator_id,
        period_id,
        value,
        2 as choice
    from ranked
    where
        region_code = 'NL01'
        and kind is null
        and place = 1
        and value is not null
),

national_level as (
    select *
    from national
    qualify row_number() over (partition by indicator_id, period_id order by choice) = 1
)

select
    compared.way,
    compared.source_id,
    compared.dataset_id,
    compared.snapshot_id,
    compared.row_number,
    compared.side,
    compared.indicator_label,
    compared.unit_label,
    compared.region_label,
    compared.period_label,
    compared.value_written,
    compared.indicator_id,
    compared.region_code,
    compared.period_id,
    compared.unit,
    compared.value,
    compared.interval_low,
    compared.interval_high,
    compared.absence,
    compared.value_status,
    compared.is_synthetic,
    compared.source_text,
    compared.final_kind as reason_kind,
    case compared.final_kind
        when 'implausible'
            then
                compared.value_written || ' ' || coalesce(compared.unit_label, compared.unit)
                || case
                    when compared.factor = 1 then ''
                    else ' (' || {{ in_dutch('compared.value') }} || ' ' || compared.unit || ')'
                end
                || ' kan niet: verwacht '
                || coalesce({{ in_dutch('compared.plausible_low') }}, 'een kleiner getal') || ' tot '
                || coalesce({{ in_dutch('compared.plausible_high') }}, 'een groter getal') || ' ' || compared.unit
                || coalesce(
                    '; ' || {{ in_dutch('compared.fitting_value') }} || ' zou passen, dus de eenheid is waarschijnlijk '
                    || coalesce('per ' || {{ per_how_many('compared.fitting_base') }}, 'een andere'),
                    ''
                )
                || '. Schrijf de eenheid waarin het cijfer is gegeven, of verbeter het.'
        when 'unit_alarm'
            then
                compared.value_written || ' ' || coalesce(compared.unit_label, compared.unit)
                || ' in ' || compared.period_id || ' scheelt ongeveer een factor tien met '
                || {{ in_dutch('compared.neighbour_value') }} || ' ' || compared.unit
                || ' in ' || compared.neighbour_period_id
                || case when compared.is_published_neighbour then ' van de bron' else ' van een andere regel' end
                || ': een van beide staat waarschijnlijk in een andere eenheid. Schrijf de juiste eenheid erbij.'
        when 'superseded'
            then
                compared.value_written || ' (' || case compared.value_status
                    when 'provisional' then 'voorlopig' else 'herzien'
                end || ') is vervangen door ' || compared.winner_written || ' op regel '
                || cast(compared.winner_row_number as string) || '. Haal de oude regel weg als dat klopt.'
        when 'contradicted'
            then
                compared.value_written || ' spreekt ' || compared.winner_written || ' op regel '
                || cast(compared.winner_row_number as string)
                || case when compared.winner_way != compared.way then ' van measurements.csv' else '' end
                || ' tegen, dat telt; verwacht één cijfer voor deze indicator, regio en periode.'
                || ' Haal weg wat niet klopt.'
        else compared.reason
    end as reason,
    case
        when
            compared.final_kind is null
            and compared.region_code != 'NL01'
            and {{ is_tenfold('compared.value', 'national.value') }}
            then
                compared.value_written || ' scheelt ongeveer een factor tien met Nederland ('
                || {{ in_dutch('national.value') }} || ' ' || compared.unit || '): ga na of de eenheid klopt.'
    end as warning,
    compared.kind is null and compared.place = 1 as is_counted
from compared
left join national_level as national
    on
        compared.indicator_id = national.indicator_id
        and compared.period_id = national.period_id
        and compared.rate_base is not null  -- a count says nothing beside that of a country
