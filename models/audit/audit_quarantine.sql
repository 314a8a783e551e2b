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
    source_id,
    dataset_id,
    snapshot_id,
    'Een reeks van een gemeente springt met een factor tien' as reason,
    count(*) as n
from {{ ref('int_unit_alarm') }}
group by source_id, dataset_id, snapshot_id
order by source_id, dataset_id, snapshot_id, reason
