"""A build database with everything that the pages must be able to show: made by hand, for tests of the pages only.

Real: starts and targets of the Heemskerk plan, some inhabitants and bijstand from CBS. Made up for the tests, and not
always marked so, because the pages must show unmarked rows too: later measurements, wijk figures, verdicts, checks,
most of the comparison.
The rows stand in `rows/*.csv`; in `doelen.csv` each objective stands beside the verdict on it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.site import SiteRun
from dagster_project.workspace import Workspace

GEMEENTE = "GM0396"
_LINEAGE = """
insert into marts.dim_indicator_version (indicator_id, version, published_offset, published_factor, rate_base)
    select indicator_id, 1, 0, 1, rate_base from marts.dim_indicator
    where rate_base > 0 and indicator_id not in (select indicator_id from marts.dim_indicator_version);
insert into marts.audit_lineage (table_name, row_key, role, parent_table, parent_row_key)
    select 'fct_objective_attainment', concat_ws('|', objective_id, version, region_code, coalesce(period_id, '')),
        'current', 'fct_indicator_value', concat_ws('|', indicator_id, region_code, period_id, 'as_published')
    from marts.fct_objective_attainment
    where kind != 'every_wijk' or region_code like 'WK%';
insert into marts.audit_lineage (table_name, row_key, role, parent_table, parent_row_key)
    select 'fct_objective_attainment',
        concat_ws('|', g.objective_id, g.version, g.region_code, coalesce(g.period_id, '')), 'deciding_wijk',
        'fct_objective_attainment',
        concat_ws('|', w.objective_id, w.version, w.region_code, coalesce(w.period_id, ''))
    from marts.fct_objective_attainment as g
    inner join marts.fct_objective_attainment as w using (objective_id, version, current_value)
    where g.kind = 'every_wijk' and g.region_code not like 'WK%' and w.region_code like 'WK%';
insert into marts.audit_lineage (table_name, row_key, role, raw_table, source_id, dataset_id, snapshot_id, row_numbers)
    select 'fct_indicator_value', concat_ws('|', v.indicator_id, v.region_code, v.period_id, v.territory), part.role,
        'cbs_observation', s.source_id, s.dataset_id, s.snapshot_id, '7'
    from marts.fct_indicator_value as v
    cross join (values ('published'), ('numerator'), ('denominator')) as part (role)
    inner join marts.audit_snapshot as s on s.snapshot_id = case part.role
        when 'denominator' then v.denominator_snapshot_id
        when 'numerator' then case when v.denominator_snapshot_id is not null then v.snapshot_id end
        else case when v.rate_published is not null or v.denominator_snapshot_id is null then v.snapshot_id end
    end
    where v.value is not null;
insert into marts.audit_lineage (table_name, row_key, role, parent_table, parent_row_key)
    select 'fct_indicator_value', concat_ws('|', v.indicator_id, v.region_code, v.period_id, v.territory), 'definition',
        'dim_indicator_version', concat_ws('|', d.indicator_id, d.version)
    from marts.fct_indicator_value as v
    inner join marts.dim_indicator_version as d on v.indicator_id = d.indicator_id
    qualify row_number() over (
        partition by v.indicator_id, v.region_code, v.period_id, v.territory order by d.version desc
    ) = 1;
"""
"""What the real build tells of where figures come from, as far as the pages show it."""
RUN = SiteRun(
    run_id="9f3c2d1e-run",
    publication_id="20250415T061500Z-9f3c2d1e",
    generated_at="2025-04-15T06:15:00Z",
    as_of=date(2025, 4, 15),
    git_commit="0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
)
_ROWS = Path(__file__).parent / "rows"
_MADE_UP_WIJKEN = (
    ("WK039601", "Wijk 01 Oosterzij", 49.6, "verkeerde richting"),
    ("WK039602", "Wijk 02 Zuidbroek", 44.2, "behaald"),
    ("WK039603", "Wijk 03 Centrum", None, "geen nieuwe meting"),
)

_PEERS = (("GM0406", "Huizen"), ("GM0718", "Vlissingen"), ("GM0301", "Zutphen"))

_DDL = """
create schema marts;
create table marts.dim_region (region_code text, region_name text, region_type text, parent_code text, valid_from date,
    valid_to date, successor_code text, size_class text);
create table marts.dim_period (period_id text, period_type text, start_date date, end_date date);
create table marts.dim_indicator (indicator_id text, bbv_number integer, name_nl text, definition_nl text, unit text,
    rate_base double, decimals integer, direction text, taakveld text, source_id text, source_reference text,
    rhythm text, valid_from date, valid_to date);
create table marts.fct_indicator_value (indicator_id text, region_code text, period_id text, territory text,
    value double, numerator double, denominator double, rate_published double, rate_computed double,
    interval_low double, interval_high double, value_status text, absence text, is_derived boolean,
    is_synthetic boolean, snapshot_id text, denominator_snapshot_id text, source_text text);
create table marts.fct_indicator_trend (indicator_id text, region_code text, n_points integer, window_start text,
    window_end text, slope double, p_value double, trend text, outlook_value double, outlook_low double,
    outlook_high double, outlook_period_id text, is_synthetic boolean);
create table marts.dim_region_profile (region_code text, characteristic text, period_id text, value double,
    standardised double, is_synthetic boolean);
create table marts.dim_peer (region_code text, peer_code text, rank integer, distance double, n_characteristics integer,
    is_synthetic boolean);
create table marts.fct_indicator_benchmark (indicator_id text, region_code text, period_id text, value double,
    national double, national_is_derived boolean, provincial double, provincial_is_derived boolean,
    size_class_median double, n_size_class integer, peer_median double, n_peers integer, rank integer,
    percentile double, n_regions integer, is_synthetic boolean);
create table marts.fct_objective_attainment (objective_id text, version integer, plan_id text, region_code text,
    period_id text, indicator_id text, kind text, baseline_value double, baseline_period_id text, target_value double,
    target_period_id text, current_value double, expected_value double, attainment double, ratio double, status text,
    probability double, next_measurement_due date, is_overdue boolean, is_current boolean, is_synthetic boolean,
    snapshot_id text);
create table marts.audit_snapshot (snapshot_id text, source_id text, dataset_id text, table_id text, file_path text,
    origin text, url text, original_url text, retrieved_at timestamp, last_seen_at timestamp, publisher_modified text,
    http_status integer, row_count bigint, bytes bigint, licence text, attribution text, contract_version integer,
    is_synthetic boolean, is_serving boolean default true);
create table marts.audit_lineage (table_name text, row_key text, role text, raw_table text, source_id text,
    dataset_id text, snapshot_id text, row_numbers text, parent_table text, parent_row_key text, parent_filter text,
    seed text, seed_key text);
create table marts.dim_dataset (source_id text, dataset_id text, title text, table_id text, publisher_status text,
    successor_table_id text, successor_note text, attribution text);
create table marts.audit_dataset (source_id text, dataset_id text, snapshot_id text, trouble text,
    trouble_since timestamp, age_days integer, is_serving_old boolean);
create table marts.audit_quarantine (source_id text, dataset_id text, snapshot_id text, reason text, n bigint);
create table marts.audit_validation (run_id text, stage text, suite text, table_name text, expectation text,
    column_name text, severity text, result text, observed text, expected text, unexpected_count bigint,
    element_count bigint, message text);
create table marts.fct_break (indicator_id text, region_code text, break_date date, reason text, source text);
create table marts.dim_indicator_version (indicator_id text, version integer, valid_from date, valid_to date,
    published_concept text, published_offset double, published_factor double, rate_base double, unit text);
create table marts.dim_objective (objective_id text, version integer, plan_id text, opgave text, opgave_order integer,
    objective_order integer, title text, result_area text, indicator_id text, kind text, direction text,
    baseline_value double, baseline_period_id text, target_rule double, target_value double, target_period_id text,
    margin double, unit text, decimals integer, owner text, instrument text, rhythm text, programme text, source text,
    remarks text, valid_from date, valid_to date, is_current boolean, is_open boolean, snapshot_id text);
create table marts.fct_objective_outlook (objective_id text, version integer, plan_id text, region_code text,
    indicator_id text, n_points integer, window_start text, window_end text, trend text, slope double, p_value double,
    change double, change_from_period_id text, change_to_period_id text, change_is_real boolean,
    outlook_period_id text, outlook_value double, outlook_low double, outlook_high double, target_period_id text,
    target_outlook_value double, target_outlook_low double, target_outlook_high double, probability double,
    measures_effect double, outlook_with_measures double, target_outlook_with_measures double,
    measures_cost decimal(18, 2), misses_target boolean, is_beslispunt boolean, is_synthetic boolean);
create table marts.dim_plan (plan_id text, title text, starts text, ends text, evaluation text, council_moments text,
    source text, remarks text, snapshot_id text);
create table marts.dim_opgave (plan_id text, opgave text, opgave_order integer, ambition text, source text,
    remarks text, snapshot_id text);
create table marts.dim_opgave_indicator (plan_id text, opgave text, indicator_id text, place integer,
    snapshot_id text);
create table marts.dim_plan_indicator (plan_id text, indicator_id text, indicator_group text, group_order integer,
    place integer, name_nl text, definition_nl text, unit text, decimals integer, direction text, opgave text,
    rhythm text, source text, remarks text, snapshot_id text);
create table marts.dim_action (action_id text, plan_id text, opgave text, programme text, action text, state text,
    starts text, ends text, expected_effect text, cost decimal(18, 2), source text, remarks text,
    is_synthetic boolean, snapshot_id text);
create table marts.dim_action_indicator (action_id text, indicator_id text);
create table marts.dim_agenda (plan_id text, opgave text, moment_start date, moment_text text, subject text, body text,
    source text, snapshot_id text);
create table marts.dim_choice (plan_id text, programme text, choice text, effect_financial text,
    effect_organisational text, effect_society text, source text, is_synthetic boolean, snapshot_id text);
create table marts.dim_risk (plan_id text, opgave text, risk text, source text, snapshot_id text);
create table marts.dim_narrative (objective_id text, edition text, author_role text, section text,
    section_order integer, text text, is_synthetic boolean, snapshot_id text);
create table marts.dim_maatregel (objective_id text, edition text, maatregel_order integer, maatregel text,
    expected_effect double, effect_period_id text, cost decimal(18, 2), is_synthetic boolean, snapshot_id text);
create table marts.fct_budget (plan_id text, programme text, budget_line text, opgave text, period_id text, basis text,
    budget decimal(18, 2), actual decimal(18, 2), forecast decimal(18, 2), plan_budget decimal(18, 2),
    share_of_budget double, is_synthetic boolean, source text, snapshot_id text);
create table marts.fct_cost (wet text, category text, period_id text, users integer, cost decimal(18, 2),
    cost_per_user decimal(18, 2), is_synthetic boolean, source text, snapshot_id text);
create table marts.fct_cost_change (wet text, period_id text, previous_period_id text, cost_before decimal(18, 2),
    cost_after decimal(18, 2), change decimal(18, 2), users_effect decimal(18, 2), price_effect decimal(18, 2),
    mix_effect decimal(18, 2), unsplit_effect decimal(18, 2), break_date date, break_reason text,
    is_synthetic boolean);
create table marts.fct_care_use (wet text, category text, form text, referrer text, region_code text, period_id text,
    clients bigint, absence text, covered_through date, is_whole boolean, is_synthetic boolean, snapshot_id text);
create table marts.fct_care_cost (wet text, category text, form text, referrer text, region_code text, period_id text,
    cost decimal(18, 2), clients bigint, cost_per_client decimal(18, 2), absence text, covered_through date,
    is_whole boolean, is_synthetic boolean, snapshot_id text);
create table marts.fct_care_flow (wet text, category text, region_code text, period_id text, standing_begin bigint,
    inflow bigint, outflow bigint, standing_end bigint, absence text, covered_through date, is_whole boolean,
    is_synthetic boolean, snapshot_id text);
create table marts.fct_care_stacking (wet text, n_provisions text, period_id text, clients bigint, absence text,
    covered_through date, is_whole boolean, is_synthetic boolean, snapshot_id text);
create table marts.fct_care_outlook (wet text, period_id text, cost_to_date decimal(18, 2), covered_through date,
    outlook decimal(18, 2), outlook_low decimal(18, 2), outlook_high decimal(18, 2), budget decimal(18, 2),
    difference decimal(18, 2), method text, is_synthetic boolean, snapshot_id text);
create table marts.fct_care_printed (wet text, category text, form text, period_id text, measure text,
    printed_value decimal(18, 2), printed_unit integer, computed_value decimal(18, 2), difference decimal(18, 2),
    is_within_rounding boolean, source text, is_synthetic boolean, snapshot_id text);
create table marts.fct_registration_count (subject text, measure text, wet text, category text, period_id text,
    value decimal(18, 2), unit text, absence text, covered_through date, is_whole boolean, is_synthetic boolean,
    snapshot_id text);
create table marts.dim_registration_file (original_id text, dataset_id text, file_name text, period_id text,
    received_at timestamp, rows_in bigint, rows_loaded bigint, rows_quarantined bigint, state text,
    superseded_by text, forgotten_at timestamp, is_synthetic boolean, snapshot_id text);
create table marts.v_wijken (indicator_id text, wijkcode text, periode text, waarde double, verschil double,
    is_nieuwste boolean, is_synthetisch boolean);
create table marts.dim_region_shape (region_code text, region_name text, geometry text, crs text, is_synthetic boolean,
    snapshot_id text);
"""


@dataclass(frozen=True)
class Doel:
    """One objective with the verdict on it: dim_objective and its current row of fct_objective_attainment in one."""

    number: int
    opgave: str
    title: str
    indicator_id: str
    unit: str
    kind: str
    direction: str | None
    baseline_value: float | None
    baseline_period_id: str | None
    target_rule: float | None
    target_value: float | None
    owner: str
    instrument: str
    rhythm: str
    status: str
    target_period_id: str
    margin: float | None
    decimals: int
    current_value: float | None
    period_id: str | None
    expected_value: float | None
    probability: float | None
    next_measurement_due: date | None
    is_overdue: bool
    is_synthetic: bool

    @property
    def objective_id(self) -> str:
        return f"heemskerk-{self.number:02d}"


def _read_doelen() -> tuple[Doel, ...]:
    """The rows of doelen.csv: the 28 objectives of Heemskerk, and one that cannot be measured."""
    with duckdb.connect() as connection:
        cursor = connection.execute(
            "select * from read_csv($file, delim = ';', types = {'baseline_period_id': 'varchar', "
            "'period_id': 'varchar', 'target_period_id': 'varchar', 'margin': 'double'})",
            {"file": str(_ROWS / "doelen.csv")},
        )
        names = [column[0] for column in cursor.description or ()]
        return tuple(Doel(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())


*_heemskerk, NOT_MEASURABLE = _read_doelen()
DOELEN: tuple[Doel, ...] = tuple(_heemskerk)


def validations() -> list[dict[str, Any]]:
    """The rows of audit_validation, to change and give back to `make_build`."""
    with (_ROWS / "audit_validation.csv").open(encoding="utf-8", newline="") as stream:
        return [{name: text or None for name, text in row.items()} for row in csv.DictReader(stream, delimiter=";")]


def make_build(
    path: Path, *, doelen: Iterable[Doel] = DOELEN, checks: Iterable[dict[str, Any]] | None = None, sql: str = ""
) -> Path:
    """Write the database of one build.

    Args:
        path: the file to make.
        doelen: objectives with their verdicts.
        checks: rows of audit_validation; those of the file when left out.
        sql: statements to run afterwards, for what one test needs to differ.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute(_DDL)
        for table in (
            "marts.dim_indicator",
            "marts.fct_indicator_value",
            "marts.dim_region_profile",
            "marts.dim_peer",
            "marts.fct_indicator_benchmark",
            "marts.audit_snapshot",
        ):
            _copy(connection, table)
        _copy(connection, "marts.fct_indicator_value", file="measurement")
        regions = [("NL01", "Nederland", "land"), (GEMEENTE, "Heemskerk", "gemeente"), ("GM0034", "Almere", "gemeente")]
        regions += [(code, name, "wijk") for code, name, *_ in _MADE_UP_WIJKEN]
        regions += [(code, name, "gemeente") for code, name in _PEERS] + [("PV27", "Noord-Holland", "provincie")]
        names = ("region_code", "region_name", "region_type")
        _insert(connection, "marts.dim_region", [dict(zip(names, region, strict=True)) for region in regions])
        connection.execute(
            "update marts.dim_region set parent_code = 'PV27', size_class = '20.000 tot 50.000 inwoners' "
            f"where region_code = '{GEMEENTE}'"
        )
        years = [(str(year), "year", date(year, 1, 1), date(year, 12, 31)) for year in range(2016, 2028)]
        columns = ("period_id", "period_type", "start_date", "end_date")
        _insert(connection, "marts.dim_period", [dict(zip(columns, year, strict=True)) for year in years])
        _insert(connection, "marts.fct_indicator_trend", _TRENDS)
        for doel in doelen:
            _insert_doel(connection, doel)
        _insert(connection, "marts.audit_validation", validations() if checks is None else checks)
        connection.execute(sql)
        connection.execute(_LINEAGE)
    return path


_TRENDS = [
    {
        "indicator_id": indicator_id,
        "region_code": GEMEENTE,
        "n_points": n_points,
        "window_start": first,
        "window_end": last,
        "trend": trend,
    }
    for indicator_id, n_points, first, last, trend in (
        ("inwoners", 7, "2019", "2025", "up"),
        ("wmo_clients_per_10000", 2, "2023", "2024", "too_few_points"),
    )
]


def _copy(connection: duckdb.DuckDBPyConnection, table: str, file: str = "") -> None:
    rows = _ROWS / f"{file or table.partition('.')[2]}.csv"
    connection.execute(
        f"insert into {table} by name select * from read_csv($file, delim = ';', all_varchar = true)",
        {"file": str(rows)},
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        marks = ", ".join("?" * len(row))
        connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def _insert_doel(connection: duckdb.DuckDBPyConnection, doel: Doel) -> None:
    order = list(dict.fromkeys(known.opgave for known in DOELEN))
    row = {
        **asdict(doel),
        "objective_id": doel.objective_id,
        "version": 1,
        "plan_id": "heemskerk",
        "opgave_order": order.index(doel.opgave) if doel.opgave in order else len(order),
        "objective_order": doel.number,
        "source": "Beleidsplan Sociaal domein 2024 ev",
        "valid_from": date(2024, 7, 1),
        "is_open": doel.status == "doel nog open",
        "region_code": GEMEENTE,
        "is_current": True,
        "snapshot_id": "d" * 64,
    }
    if doel.period_id is None and doel.baseline_value is not None:
        row |= {"period_id": doel.baseline_period_id, "current_value": doel.baseline_value}
    wijken = [
        row
        | {
            "region_code": code,
            "current_value": value,
            "period_id": "2024" if value is not None else None,
            "status": status,
            "is_current": False,
        }
        for code, _, value, status in _MADE_UP_WIJKEN
        if doel.indicator_id == "eenzaamheid_pct"
    ]
    for table, rows in (("marts.dim_objective", [row]), ("marts.fct_objective_attainment", [row, *wijken])):
        columns = {name for (name, *_) in connection.execute(f"describe {table}").fetchall()}
        _insert(connection, table, [{n: v for n, v in one.items() if n in columns} for one in rows])


def make_workspace(folder: Path, *, note: str = "", theme: str | None = None) -> Workspace:
    """A workspace folder for Heemskerk."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = f'gemeente = "{GEMEENTE}"\ngemeente_name = "Heemskerk"\nsynthetic_note = "{note}"\n'
    (folder / "opkoers.toml").write_text(settings, encoding="utf-8")
    if theme is not None:
        (folder / "theme.css").write_text(theme, encoding="utf-8")
    return Workspace(folder)
