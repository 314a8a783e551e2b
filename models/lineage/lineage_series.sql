{# Trends: the comparable points of the series that speaks, as fct_indicator_trend names its first and last. #}
{{ rests_on_row(
    'fct_indicator_trend', row_key(['trend.indicator_id', 'trend.region_code']), "'point'",
    'fct_indicator_value', series_value_key('point')
) }}
from {{ ref('fct_indicator_trend') }} as trend
inner join {{ ref('int_series') }} as point
    on
        trend.indicator_id = point.indicator_id
        and trend.region_code = point.region_code
        and point.period_type = {{ period_type('trend.window_start') }}
