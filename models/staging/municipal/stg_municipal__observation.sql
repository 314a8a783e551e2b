{{ staged_observations(source('municipal', 'municipal_observation'), gemeente_code('region_key')) }}
