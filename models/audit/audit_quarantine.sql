select
    source_id,
    dataset_id,
    snapshot_id,
    case reason_kind
        when 'unknown_indicator' then 'De indicator is niet bekend'
        when 'unknown_region' then 'De regio is niet bekend in die periode'
        when 'unreadable_period' then 'De periode is niet te lezen'
        when 'no_figure' then 'Er staat geen cijfer'
        when 'unreadable_value' then 'Het cijfer is niet één getal'
        when 'unknown_unit' then 'De eenheid is niet om te rekenen'
        when 'implausible' then 'Het cijfer ligt buiten wat mogelijk is'
        when 'unit_alarm' then 'Het cijfer scheelt een factor tien met zijn buren'
        when 'superseded' then 'Het cijfer is vervangen door een later of definitief cijfer'
        when 'contradicted' then 'Een latere regel spreekt het cijfer tegen'
        else reason_kind
    end as reason,
    count(*) as n
from {{ ref('int_refused_figure') }}
group by source_id, dataset_id, snapshot_id, reason_kind

union all

select
    -- the originals' own source: the seal only tells of them
    'registration' as source_id,
    fault.original_dataset_id as dataset_id,
    fault.snapshot_id,
    case fault.reason_kind
        when 'unknown_code' then 'De code is niet bekend'
        when 'end_before_start' then 'Het einde ligt voor het begin'
        when 'negative_amount' then 'Het bedrag is negatief'
        when 'impossible_date' then 'De datum kan niet bestaan'
        when 'not_a_number' then 'Het bedrag of aantal is geen getal'
        when 'missing_value' then 'Er ontbreekt iets wat er moet staan'
        when 'not_allowed' then 'Er staat iets anders dan het contract toelaat'
        when 'bsn_fails_elfproef' then 'Het nummer is geen burgerservicenummer'
        when 'personal_number_in_text' then 'In de tekst staat een nummer dat van een persoon kan zijn'
        when 'orphan' then 'De betaling hoort bij geen bekende beschikking'
        when 'broken_row' then 'De regel heeft te veel of te weinig cellen'
        else fault.reason_kind
    end as reason,
    cast(sum(fault.n) as bigint) as n
from {{ ref('stg_aggregate__fault') }} as fault
inner join {{ ref('int_registration_seal') }} as seal on fault.snapshot_id = seal.snapshot_id
group by fault.original_dataset_id, fault.snapshot_id, fault.reason_kind

union all

select
    source_id,
    dataset_id,
    snapshot_id,
    'Een reeks van een gemeente springt met een factor tien' as reason,
    count(*) as n
from {{ ref('int_unit_alarm') }}
group by source_id, dataset_id, snapshot_id
order by source_id, dataset_id, snapshot_id, reason
