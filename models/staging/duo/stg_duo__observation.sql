{{ staged_observations(source('duo', 'duo_observation'), gemeente_code('region_key')) }}
