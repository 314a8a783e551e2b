{{ staged_observations(source('divosa', 'divosa_observation'), gemeente_code('region_key')) }}
