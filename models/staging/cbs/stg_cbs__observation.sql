{{ staged_observations(source('cbs', 'cbs_observation'), region_code('region_key'), 'detail_key') }}
