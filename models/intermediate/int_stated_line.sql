{#
    Every figure that somebody wrote down, in measurements.csv or in a printed list, under the register's names: which
    indicator, region, period and unit are meant, or the first thing that keeps us from knowing it. A converted figure
    says so in its source.
#}
with written as (
    select
        'measurement' as way,
        source_id,
        dataset_id,
        snapshot_id,
        row_number,
        'region' as side,
        indicator_id as indicator_label,
        unit_label,
        region_code as region_label,
        period_id as period_label,
        period_id,
        value_written,
        number_text,
        value,
        interval_low,
        interval_high,
        absence,
        value_status,
        is_synthetic,
        source_text
    from {{ ref('stg_municipal__measurement') }}
    union all
    select
        'printed' as way,
        source_id,
        dataset_id,
        snapshot_id,
        row_number,
        side,
        indicator_label,
        unit_label,
        region_label,
        period_label,
        period_id,
        value_written,
        number_text,
        value,
        cast(null as double) as interval_low,
        cast(null as double) as interval_high,
        absence,
        value_status,
        is_synthetic,
        source_text
    from {{ ref('stg_municipal__printed_figure') }}
),

numbered as (
    select
        *,
        row_number() over (
            order by way, dataset_id, snapshot_id, row_number, side, indicator_label, region_label, period_label
        ) as line_id,
        {{ label_key('indicator_label') }} as label_key,
        {{ label_key('unit_label') }} as unit_key
    from written
),

-- an indicator that a plan defines for itself stands in no register; its unit is the plan's
defined as (
    select
        indicator_id,
        unit
    from {{ ref('stg_municipal__objective') }}
    union all
    select
        indicator_id,
        unit
    from {{ ref('stg_municipal__plan_indicator') }}
),

own_indicator as (
    select
        indicator_id,
        min({{ label_key('unit') }}) as unit_key,
        min(unit) as unit
    from defined
    where indicator_id not in (select indicator.indicator_id from {{ ref('indicators') }} as indicator)
    group by indicator_id
),

named as (
    select
        numbered.*,
        coalesce(label.indicator_id, own_indicator.indicator_id) as named_as,
        own_indicator.unit as own_unit,
        label.indicator_id is not null as is_registered,
        -- a school year is printed by the year in which it ends
        case
            when
                numbered.way = 'printed'
                and indicator.rhythm = 'per school year'
                and {{ period_type('numbered.period_id') }} = 'year'
                then
                    cast(cast(numbered.period_id as integer) - 1 as string) || '/' || numbered.period_id
            else numbered.period_id
        end as meant_period_id,
        coalesce(own_indicator.unit_key = numbered.unit_key, false) as is_own_unit
    from numbered
    left join {{ ref('int_indicator_label') }} as label
        on
            numbered.label_key = label.label_key
            and (numbered.way = 'printed' or numbered.indicator_label = label.indicator_id)
    left join own_indicator
        on
            numbered.way = 'measurement'
            and numbered.indicator_label = own_indicator.indicator_id
    left join {{ ref('indicators') }} as indicator on label.indicator_id = indicator.indicator_id
),

nearest_name as (
    select
        named.line_id,
        label.indicator_id,
        label.indicator_label
    from named
    cross join {{ ref('int_indicator_label') }} as label
    where
        named.named_as is null
        and named.label_key is not null
        and (named.way = 'printed' or label.indicator_label = label.indicator_id)
    qualify
        row_number() over (
            partition by named.line_id
            order by levenshtein(named.label_key, label.label_key) asc, label.indicator_label asc
        ) = 1
),

in_unit as (
    select
        named.line_id,
        unit.factor,
        unit.counts_as,
        unit.is_unit_of_register
    from named
    inner join {{ ref('int_indicator_unit') }} as unit
        on
            named.named_as = unit.indicator_id
            and case
                -- unsaid, a measurement is taken to be in the register's unit, and is held against it
                when named.way = 'measurement' and named.unit_key is null then unit.is_unit_of_register
                else named.unit_key = unit.unit_key
            end
            and {{ in_force('unit', 'named.meant_period_id') }}
    qualify
        row_number() over (
            partition by named.line_id
            order by unit.is_unit_of_register desc, unit.factor asc, unit.unit_label asc
        ) = 1
),

unit_in_force as (
    select
        named.line_id,
        unit.unit_label,
        row_number() over (
            partition by named.line_id
            order by unit.is_unit_of_register desc, unit.factor asc, unit.unit_label asc
        ) as place
    from named
    inner join {{ ref('int_indicator_unit') }} as unit
        on
            named.named_as = unit.indicator_id
            and {{ in_force('unit', 'named.meant_period_id') }}
),

expected_units as (
    select
        line_id,
        {{ texts_in_order("'''' || unit_label || ''''", "' of '", 'place') }} as units
    from unit_in_force
    where place <= 3  -- a sentence, not a list
    group by line_id
),

judged as (
    select
        named.*,
        coalesce(in_unit.counts_as, named.named_as) as indicator_id,
        case when named.way = 'measurement' then named.region_label else region.region_code end as region_code,
        in_unit.factor,
        in_unit.is_unit_of_register,
        case
            when named.named_as is null then 'unknown_indicator'
            when named.way = 'printed' and named.period_id is null then 'unreadable_period'
            when named.way = 'printed' and region.region_code is null then 'unknown_region'
            when named.value_written is null and named.way = 'printed' then 'no_figure'
            when named.value is null and named.absence is null then 'unreadable_value'
            when named.is_registered and in_unit.line_id is null then 'unknown_unit'
            when
                not named.is_registered and named.unit_key is not null and not named.is_own_unit
                then 'unknown_unit'
        end as reason_kind,
        region.reason as region_reason,
        nearest_name.indicator_id as nearest_id,
        nearest_name.indicator_label as nearest_label,
        coalesce(expected_units.units, '''' || named.own_unit || '''', 'geen eenheid') as units
    from named
    left join in_unit on named.line_id = in_unit.line_id
    left join expected_units on named.line_id = expected_units.line_id
    left join nearest_name on named.line_id = nearest_name.line_id
    left join {{ ref('int_printed_region') }} as region
        on
            named.way = 'printed'
            and named.region_label = region.region_label
            and named.period_id is not distinct from region.period_id
)

select
    line_id,
    way,
    source_id,
    dataset_id,
    snapshot_id,
    row_number,
    side,
    indicator_label,
    unit_label,
    region_label,
    period_label,
    value_written,
    indicator_id,
    is_registered,
    region_code,
    meant_period_id as period_id,
    case when coalesce(factor, 1) = 1 then value else {{ rounded('value * factor', 6) }} end as value,
    coalesce(factor, 1) as factor,
    {{ half_digit('number_text') }} * coalesce(factor, 1) as half_step,
    interval_low * coalesce(factor, 1) as interval_low,
    interval_high * coalesce(factor, 1) as interval_high,
    absence,
    value_status,
    is_synthetic,
    case
        when way = 'printed'
            then
                coalesce(source_text || '; ', '')
                || 'gedrukt als ' || coalesce(value_written, '') || coalesce(' ' || unit_label, '')
        when factor != 1
            then coalesce(source_text || '; ', '') || 'geschreven als ' || value_written || ' ' || unit_label
        else source_text
    end as source_text,
    reason_kind,
    case reason_kind
        when 'unknown_indicator'
            then
                'Indicator ''' || coalesce(indicator_label, '') || ''' is niet bekend'
                || case
                    when way = 'measurement'
                        then
                            '; verwacht een id uit het register, objectives.csv of indicators.csv'
                            || coalesce(', zoals ''' || nearest_id || '''', '') || '. Verbeter het id.'
                    else
                        coalesce('; het meest lijkt ''' || nearest_label || '''', '')
                        || '. Schrijf een bekende naam of voeg deze toe aan seeds/indicator_labels.csv.'
                end
        when 'unreadable_period'
            then
                'Periode ''' || coalesce(period_label, '') || ''' is niet te lezen; verwacht een jaar (2018, 2023*),'
                || ' een halfjaar (2022-1hj**) of een schooljaar (2022/2023). Schrijf de periode zo.'
        when 'unknown_region' then region_reason
        when 'no_figure'
            then
                'Er staat geen cijfer; verwacht een getal zoals 48,1, of een punt waar het ontbreekt.'
                || ' Vul het in of haal de regel weg.'
        when 'unreadable_value'
            then
                '''' || value_written || ''' is niet één getal; verwacht een getal zoals 48,1, of een punt waar het'
                || ' ontbreekt. Kies één cijfer, of geef elk cijfer een eigen regel.'
        when 'unknown_unit'
            then
                'Eenheid ''' || coalesce(unit_label, '') || ''' is niet om te rekenen voor ' || indicator_id
                || ' in ' || meant_period_id || '; verwacht ' || units
                || '. Zoek het cijfer in die eenheid, of laat de regel weg.'
    end as reason
from judged
