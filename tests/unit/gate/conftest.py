"""A small, sound build database, made once: every table of both gates holds rows that pass every check."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.raw import create_raw_schema

MARTS = """
create schema marts;
create schema intermediate;
create table marts.dim_region (
    region_code text, region_name text, region_type text, parent_code text, valid_from date, valid_to date,
    successor_code text, size_class text
);
create table marts.dim_period (period_id text, period_type text, start_date date, end_date date);
create table marts.dim_indicator (
    indicator_id text, bbv_number integer, name_nl text, definition_nl text, unit text, rate_base double,
    decimals integer, direction text, taakveld text, source_id text, rhythm text, valid_from date, valid_to date
);
create table marts.fct_indicator_value (
    indicator_id text, region_code text, period_id text, territory text, value double, numerator double,
    denominator double, rate_published double, rate_computed double, interval_low double, interval_high double,
    value_status text, absence text, is_derived boolean, is_synthetic boolean, snapshot_id text,
    denominator_snapshot_id text
);
create table marts.fct_break (indicator_id text, region_code text, break_date date, reason text, source text);
create table marts.dim_region_profile (
    region_code text, characteristic text, period_id text, value double, standardised double, is_synthetic boolean
);
create table marts.dim_peer (
    region_code text, peer_code text, rank integer, distance double, n_characteristics integer,
    inhabitants_difference double, address_density_difference double, share_0_14_difference double,
    share_65plus_difference double, income_per_inhabitant_difference double, is_synthetic boolean
);
create table marts.fct_indicator_benchmark (
    indicator_id text, region_code text, period_id text, value double, national double, national_is_derived boolean,
    provincial double, provincial_is_derived boolean, size_class_median double, n_size_class integer,
    peer_median double, n_peers integer, rank integer, percentile double, n_regions integer, is_synthetic boolean
);
create table marts.fct_indicator_trend (
    indicator_id text, region_code text, n_points integer, window_start text, window_end text, slope double,
    p_value double, trend text, outlook_value double, outlook_low double, outlook_high double, outlook_period_id text,
    is_synthetic boolean
);
create table marts.fct_objective_attainment (
    objective_id text, version integer, plan_id text, region_code text, period_id text, indicator_id text, kind text,
    baseline_value double, baseline_period_id text, target_value double, target_period_id text, current_value double,
    expected_value double, attainment double, ratio double, status text, probability double,
    next_measurement_due date, is_overdue boolean, is_current boolean, is_synthetic boolean, snapshot_id text
);
create table intermediate.int_objective (objective_id text, version integer);
"""

SNAPSHOT, LOCAL, CLIENT = "a" * 64, "b" * 64, "c" * 64

ROWS = f"""
insert into raw.dataset by name
    select 'cbs' as source_id, 'population' as dataset_id, 'cbs_v4' as kind, '03759ned' as table_id, 'yearly' as rhythm,
        'CC BY 4.0' as licence, 'CBS' as attribution
    union all select 'municipal', 'voorzieningen', 'record_file', null, 'half-yearly', 'eigen', 'gemeente';
insert into raw.snapshot by name
    select '{SNAPSHOT}' as snapshot_id, 'cbs' as source_id, 'population' as dataset_id, 'snapshots/a' as file_path,
        'reconstructed' as origin, 'somewhere' as original_url, '2026-04-01T06:00:00Z' as retrieved_at,
        'CC BY 4.0' as licence, false as is_synthetic
    union all select '{LOCAL}', 'municipal', 'voorzieningen', 'snapshots/b', 'file', null, '2026-04-01T06:00:00Z',
        'eigen', false;
insert into raw.parameter values ('GM0396', '2026-04-01', 10);

insert into raw.cbs_observation
    select 'cbs', 'population', '{SNAPSHOT}', i, 'inhabitants', 'M1', 'GM0396', (2018 + i) || 'JJ00', '39182.0', 'None',
        false, 'T001038|10000'
    from range(4) as t (i)
    union all select 'cbs', 'population', '{SNAPSHOT}', 9, 'inhabitants', 'M1', 'NL01  ', '2017JJ00', '       .', null,
        false, null;
insert into raw.cbs_code values
    ('cbs', 'population', '{SNAPSHOT}', 1, 'RegioS', 'GM0396', 'Heemskerk', null, null, null);
insert into raw.cbs_table by name
    select 'cbs' as source_id, 'population' as dataset_id, '{SNAPSHOT}' as snapshot_id, 1 as row_number,
        '03759NED' as table_id, 'Bevolking' as title, '2026-06-23T00:00:00+02:00' as modified;
insert into raw.cbs_measure values
    ('cbs', 'population', '{SNAPSHOT}', 1, 'M1', 'inhabitants', 'Bevolking', 'aantal', 0);
insert into raw.duo_observation values
    ('duo', 'd', '{LOCAL}', 1, 'verzuim_absoluut', 'V', '396', '2022-2023', '<5', 'suppressed', false);
insert into raw.divosa_observation values
    ('divosa', 'd', '{LOCAL}', 1, 'terugkeer', 'T', 'GM0396', '2023', '16,1', null, false);
insert into raw.municipal_observation values
    ('municipal', 'd', '{LOCAL}', 1, 'bezwaar', 'B', '0396', '2023-H1', '12.5', null, false);
insert into raw.municipal_voorziening values
    ('municipal', 'voorzieningen', '{LOCAL}', 1, '{CLIENT}', 'R1', 'Kindpakket',
        'minimaregeling', '2023-01-31', null, 'toegekend', false);
insert into raw.cssd_szclient values ('municipal', 'cssd', '{LOCAL}', 1, '{CLIENT}', 'J', false);
insert into raw.cssd_wvbesl values ('municipal', 'cssd', '{LOCAL}', 1, '100000001', '{CLIENT}', false);
insert into raw.cssd_wvind_b values ('municipal', 'cssd', '{LOCAL}', 1, '100000001', '1', '{CLIENT}', '2023-01-31',
    '2023-12-31', '4', '1', 'K1', 'hulp', false);
insert into raw.cssd_szregel values ('municipal', 'cssd', '{LOCAL}', 1, 'K1', 'Huishoudelijke hulp', false);
insert into raw.cssd_wvdos values ('municipal', 'cssd', '{LOCAL}', 1, '100000001', '1', '200000002', '01', false);
insert into raw.cssd_szukhis values ('municipal', 'cssd', '{LOCAL}', 1, '200000002', '120,50', '1', false);
insert into raw.cssd_abc_refcod values ('municipal', 'cssd', '{LOCAL}', 1, '01', 'REDEN', 'overleden', false);
insert into raw.objective by name
    select 'municipal' as source_id, 'objectives' as dataset_id, '{LOCAL}' as snapshot_id, 1 as row_number,
        'heemskerk' as plan_id, 'heemskerk-01' as objective_id, 'beweegrichtlijn_pct' as indicator_id, 'level' as kind,
        'up' as direction, '48,1' as baseline_value, '60' as target_value, null as margin, '2024-01-01' as valid_from;
insert into raw.measurement by name
    select 'municipal' as source_id, 'measurements' as dataset_id, '{LOCAL}' as snapshot_id, 1 as row_number,
        'beweegrichtlijn_pct' as indicator_id, 'GM0396' as region_code, '2020' as period_id, '56' as value,
        '54,5' as interval_low, '57.5' as interval_high, 'nee' as is_synthetic;

insert into marts.dim_region values
    ('NL01', 'Nederland', 'land', null, null, null, null, null),
    ('GM0396', 'Heemskerk', 'gemeente', 'NL01', '2000-01-01', '2030-12-31', null, '20-50'),
    ('WK039601', 'Wijk 1', 'wijk', 'GM0396', null, null, null, null);
insert into marts.dim_region select 'GM' || i, 'Gemeente ' || i, 'gemeente', 'NL01', null, null, null, null
    from range(1000, 1300) as t (i);
insert into marts.dim_period
    select y::text, 'year', make_date(y::int, 1, 1), make_date(y::int, 12, 31) from range(2017, 2028) as t (y);
insert into marts.dim_period values
    ('2023-H1', 'half-year', '2023-01-01', '2023-06-30'), ('2022/2023', 'school-year', '2022-08-01', '2023-07-31');
insert into marts.dim_indicator by name
    select 'inwoners' as indicator_id, 'Inwoners' as name_nl, 'Personen' as definition_nl, 'inwoners' as unit,
        null::double as rate_base, 0 as decimals, 'neutral' as direction
    union all select 'bijstand_per_10000_inw', 'Bijstand', 'Personen', 'per 10.000 inwoners', 10000, 1, 'down'
    union all select 'beweegrichtlijn_pct', 'Beweegrichtlijn', 'Volwassenen', '%', 100, 0, 'up';

insert into marts.fct_indicator_value by name
    select 'inwoners' as indicator_id, 'GM' || i as region_code, '2020' as period_id, 'as_published' as territory,
        50000.0 as value, 'definitive' as value_status, false as is_derived, false as is_synthetic,
        '{SNAPSHOT}' as snapshot_id
    from range(1000, 1300) as t (i)
    union all select 'inwoners', 'NL01', '2020', 'as_published', 15010000.0, 'definitive', false, false, '{SNAPSHOT}'
    union all select 'beweegrichtlijn_pct', 'GM0396', '2020', 'as_published', 56.0, 'definitive', false, false,
        '{LOCAL}';
update marts.fct_indicator_value set interval_low = 54.5, interval_high = 57.5, rate_published = value
    where indicator_id = 'beweegrichtlijn_pct';
insert into marts.fct_indicator_value by name
    select 'bijstand_per_10000_inw' as indicator_id, 'GM0396' as region_code, y as period_id,
        'as_published' as territory, n / 39182.0 * 10000 as value, n as numerator, 39182.0 as denominator,
        n / 39182.0 * 10000 as rate_computed, 'provisional' as value_status, false as is_derived,
        false as is_synthetic, '{LOCAL}' as snapshot_id, '{SNAPSHOT}' as denominator_snapshot_id
    from (values ('2019', 800.0), ('2020', 840.0)) as t (y, n);
insert into marts.fct_indicator_value by name
    select 'bijstand_per_10000_inw' as indicator_id, 'WK039601' as region_code, '2020' as period_id,
        'as_published' as territory, 'unknown' as absence, false as is_derived, false as is_synthetic,
        '{SNAPSHOT}' as snapshot_id;

insert into marts.fct_break values
    ('bijstand_per_10000_inw', null, '2018-01-01', 'Andere telling', 'Register'),
    (null, 'GM0396', '2018-01-01', 'Grenswijziging', 'CBS');
insert into marts.dim_region_profile values
    ('GM0396', 'inhabitants', '2020', 10000, -1, false), ('GM1000', 'inhabitants', '2020', 40000, 1, false),
    ('GM0396', 'share_0_14', '2020', 15, 1, false), ('GM1000', 'share_0_14', '2020', 10, -1, false);
insert into marts.dim_peer values
    ('GM0396', 'GM1000', 1, 2, 2, 2, null, -2, null, null, false),
    ('GM1000', 'GM0396', 1, 2, 2, -2, null, 2, null, null, false);
insert into marts.fct_indicator_benchmark by name
    select v.indicator_id, v.region_code, v.period_id, v.value,
        coalesce(country.value, v.value) as national, country.value is null as national_is_derived,
        null as provincial, false as provincial_is_derived, null as size_class_median, 0 as n_size_class,
        case when v.region_code = 'GM0396' then v.value end as peer_median, (v.region_code = 'GM0396')::int as n_peers,
        1 as rank, 50 as percentile, count(*) over (partition by v.indicator_id, v.period_id) as n_regions,
        v.is_synthetic
    from marts.fct_indicator_value as v
    left join marts.fct_indicator_value as country
        on country.region_code = 'NL01' and country.indicator_id = v.indicator_id and country.period_id = v.period_id
    where v.region_code like 'GM%';

insert into marts.fct_indicator_trend values
    ('bijstand_per_10000_inw', 'GM0396', 5, '2018', '2022', -3.0, 0.0167, 'down', 200, 190, 210, '2024', false),
    ('inwoners', 'GM0396', 2, '2019', '2020', null, null, 'too_few_points', null, null, null, null, false);

insert into intermediate.int_objective values ('heemskerk-01', 1), ('heemskerk-13', 1);
insert into marts.fct_objective_attainment values
    ('heemskerk-01', 1, 'heemskerk', 'GM0396', '2024', 'beweegrichtlijn_pct', 'level', 56, '2020', 60, '2027', 58, 58.3,
        0.5, 0.875, 'achter op schema', 0.4, '2028-12-31', false, true, false, '{LOCAL}'),
    ('heemskerk-01', 1, 'heemskerk', 'GM0396', '2020', 'beweegrichtlijn_pct', 'level', 56, '2020', 60, '2027', 56, 56,
        0, null, 'geen nieuwe meting', null, '2024-12-31', false, false, false, '{LOCAL}'),
    ('heemskerk-13', 1, 'heemskerk', 'GM0396', null, null, 'not_above_baseline', null, null, null, null, null, null,
        null, null, 'geen nulmeting', null, '2025-12-31', true, true, false, null);
"""


@pytest.fixture(scope="session")
def sound_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound database. Do not write to it: ask for `build` instead."""
    path = tmp_path_factory.mktemp("gate") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        create_raw_schema(connection)
        connection.execute(MARTS)
        connection.execute(ROWS)
    return path


@pytest.fixture
def build(sound_build: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Make a copy of the sound database and change it with SQL."""

    def changed(sql: str = "") -> Path:
        path = tmp_path / "warehouse.duckdb"
        shutil.copyfile(sound_build, path)
        if sql:
            with duckdb.connect(str(path)) as connection:
                connection.execute(sql)
        return path

    return changed


@pytest.fixture
def suites(tmp_path: Path) -> Callable[..., Path]:
    """Write suite files for a stage and give the folder that holds the stages."""

    def write(stage: str = "after_ingest", **files: str) -> Path:
        folder = tmp_path / "expectations"
        (folder / stage).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / stage / f"{name}.yml").write_text(content, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def _analytics_off() -> Iterator[None]:
    """Nothing leaves the machine when Great Expectations is used within the tests' own process."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GX_ANALYTICS_ENABLED", "false")
    yield
    patch.undo()
