"""Rows about local registrations, on top of those of `page_build.py`: care, other counts, and files.

Real: clients and cost per category and year, as the newsletter of Borger-Odoorn prints them (Wmo, and Jeugdhulp in
natura), here under the municipality of the tests; the total cost of the Wmo in 2022 is the sum, which print has wrong.
Made up: everything else, and all of it is marked so.
"""

from __future__ import annotations

from tests.unit.site.page_build import GEMEENTE

YEARS = ("2019", "2020", "2021", "2022")
HIDDEN = "•"
"""A cell that is not shown."""

WMO = """
Begeleiding;380;2720000;362;2286000;377;2240000;336;1342000
HH;954;2259000;990;2531000;1050;2937000;1052;2586000
Rolstoelen;311;198000;305;242000;294;240000;284;197000
Vervoer;258;218000;281;255000;289;290000;294;365000
Wonen;85;102000;99;256000;122;207000;109;128000
totaal;1553;5497000;1584;5570000;1622;5914000;1584;4618000
"""
JEUGD = """
Begeleiding;56;383367;61;416215;100;573245;82;281629
Bijzonder gecontracteerde zorg;16;169053;27;258913;35;245520;31;491888
Crisis;0;0;•;111453;15;88974;•;•
Dagbesteding/dagbehandeling;30;316381;36;324175;39;642860;39;424975
Dyslexie;64;165646;53;95760;50;97634;57;82906
Gezinsbehandeling;152;1003975;111;717960;106;622282;73;475829
GI;103;555072;109;716133;119;780921;74;432455
Individuele behandeling;390;1054528;407;1508458;424;1743339;374;1176626
Verblijf;90;1860933;103;2250478;105;2609289;52;1042225
Vervoer;0;0;•;•;•;10316;•;•
totaal;649;5508955;638;6402122;676;7414380;597;4440909
"""

_COLUMNS = "(wet, category, form, referrer, region_code, period_id"
_USE = f"insert into marts.fct_care_use {_COLUMNS}, clients, absence, covered_through, is_whole, is_synthetic)"
_COST = (
    f"insert into marts.fct_care_cost {_COLUMNS}, cost, clients, cost_per_client, absence, covered_through, is_whole,"
    " is_synthetic)"
)


def _literal(figure: str) -> str:
    return "null" if figure == HIDDEN else figure


def _absence(figure: str) -> str:
    return "'suppressed'" if figure == HIDDEN else "null"


def _reach(period_id: str) -> str:
    """Through which day the registrations speak, and whether that is all of the period; all are made up."""
    year, _, half = period_id.partition("-")
    end = "06-30" if half == "H1" else "11-30" if year == "2022" else "12-31"
    return f"'{year}-{end}', {str(end != '11-30').lower()}, true"


def cell(wet: str, period_id: str, clients: str, cost: str, **at: str) -> str:
    """The two rows of one cell; a figure that is `HIDDEN` is null and suppressed."""
    members = {"category": "totaal", "form": "totaal", "referrer": "totaal", "region_code": GEMEENTE} | at
    key = ", ".join(f"'{member}'" for member in (wet, *members.values(), period_id))
    absence = [_absence(figure) for figure in (clients, cost)]
    mean = "null" if HIDDEN in (clients, cost) or clients == "0" else str(round(float(cost) / int(clients), 2))
    users, amount = _literal(clients), _literal(cost)
    return (
        f"{_USE} values ({key}, {users}, {absence[0]}, {_reach(period_id)});\n"
        f"{_COST} values ({key}, {amount}, {users}, {mean}, {absence[1]}, {_reach(period_id)});\n"
    )


def printed_table(wet: str, table: str, form: str) -> str:
    """The cells of a printed table, for all forms together and for the one that it is about."""
    statements = []
    for line in table.strip().splitlines():
        category, *figures = line.split(";")
        for year, clients, cost in zip(YEARS, figures[::2], figures[1::2], strict=True):
            statements += [cell(wet, year, clients, cost, category=category, form=f) for f in ("totaal", form)]
    return "".join(statements)


_HALVES = "".join(
    cell("wmo", f"{year}-{half}", str(clients), str(cost))
    for year, half, clients, cost in (
        ("2021", "H1", 1490, 2900000),
        ("2021", "H2", 1502, 3014000),
        ("2022", "H1", 1488, 2500000),
        ("2022", "H2", 1431, 2118000),
    )
)
_FORMS = "".join(
    cell("wmo", year, clients, cost, form="PGB") + cell("wmo", year, HIDDEN, cost, form="PGB", category="Begeleiding")
    for year, clients, cost in zip(
        YEARS, ("41", "38", HIDDEN, "29"), ("410000", "390000", "352000", HIDDEN), strict=True
    )
)
_REFERRERS = "".join(
    cell("jeugdwet", year, str(clients), str(cost), referrer=referrer)
    for referrer, clients, cost in (
        ("huisarts", 310, 2400000),
        ("gemeentelijke toegang", 240, 1900000),
        ("gecertificeerde instelling", 88, 1100000),
        ("onbekend", 12, 108955),
    )
    for year in YEARS
)
_WIJKEN = "".join(
    cell("wmo", year, clients, cost, region_code=code)
    for code, clients, cost in (
        ("WK039601", "702", "2010000"),
        ("WK039602", "640", "1900000"),
        ("WK039603", HIDDEN, HIDDEN),
        ("onbekend", HIDDEN, HIDDEN),
    )
    for year in YEARS
)
_ALL_WETTEN = "".join(
    cell("totaal", year, str(clients), str(cost))
    for year, clients, cost in (
        ("2019", 2164, 11005955),
        ("2020", 2185, 11972122),
        ("2021", 2260, 13328380),
        ("2022", 2149, 9058909),
    )
)


def _flow(category: str, region: str, period_id: str, figures: str) -> str:
    numbers = [HIDDEN] * 4 if figures == HIDDEN else figures.split()
    absence = _absence(HIDDEN if HIDDEN in numbers else "")
    return (
        "insert into marts.fct_care_flow (wet, category, region_code, period_id, standing_begin, inflow, outflow,"
        " standing_end, absence, covered_through, is_whole, is_synthetic) values "
        f"('wmo', '{category}', '{region}', '{period_id}', {', '.join(map(_literal, numbers))}, {absence},"
        f" {_reach(period_id)});\n"
    )


FLOW = "".join(
    (
        _flow("totaal", GEMEENTE, "2021", "1310 312 290 1332"),
        _flow("totaal", GEMEENTE, "2021-H1", "1310 180 140 1350"),
        _flow("totaal", GEMEENTE, "2022", "1332 252 261 1323"),
        _flow("Begeleiding", GEMEENTE, "2022", "301 35 48 288"),
        _flow("Wonen", GEMEENTE, "2022", f"{HIDDEN} 24 {HIDDEN} 40"),
        _flow("totaal", "WK039601", "2022", "590 112 98 604"),
        _flow("totaal", "WK039602", "2022", "540 100 110 530"),
        _flow("totaal", "WK039603", "2022", HIDDEN),
    )
)
STACKING = "".join(
    "insert into marts.fct_care_stacking (wet, n_provisions, period_id, clients, absence, covered_through, is_whole,"
    f" is_synthetic) values ('wmo', '{number}', '{year}', {_literal(clients)},"
    f" {_absence(clients)}, {_reach(year)});\n"
    for year, counts in {"2021": (1150, 380, 92), "2022": (1130, HIDDEN, HIDDEN)}.items()
    for number, clients in zip(("1", "2", "3+"), map(str, counts), strict=True)
)
OUTLOOK = """
insert into marts.fct_care_outlook (wet, period_id, cost_to_date, covered_through, outlook, outlook_low, outlook_high,
    budget, difference, method, is_synthetic) values
    ('wmo', '2022', 4618000, '2022-11-30', 5034000, 4921000, 5146000, 5100000, -66000,
        'De kosten t/m november, gedeeld door het deel dat in 2019, 2020 en 2021 t/m november was gemaakt.', true),
    ('jeugdwet', '2022', 4440909, '2022-11-30', null, null, null, 7000000, null,
        'Er zijn te weinig hele jaren om het verloop binnen een jaar te kennen.', true);
"""
PRINTED = """
insert into marts.fct_care_printed (wet, category, form, period_id, measure, printed_value, printed_unit,
    computed_value, difference, is_within_rounding, source, is_synthetic) values
    ('wmo', 'totaal', 'totaal', '2022', 'cost', 4518000, 1000, 4618000, 100000, false, 'Nieuwsbrief, bijlage 1', true),
    ('wmo', 'totaal', 'totaal', '2019', 'cost', 5496000, 1000, 5497000, 1000, true, 'Nieuwsbrief, bijlage 1', true),
    ('wmo', 'Wonen', 'totaal', '2022', 'clients', 109, 1, 109, 0, true, 'Nieuwsbrief, bijlage 1', true),
    ('wmo', 'Wonen', 'PGB', '2022', 'clients', 4, 1, null, null, null, 'Nieuwsbrief, bijlage 1', true);
"""
COUNTS = "".join(
    "insert into marts.fct_registration_count (subject, measure, wet, category, period_id, value, unit, absence,"
    f" covered_through, is_whole, is_synthetic) values ('{subject}', '{measure}', '{wet}', '{category}', '{year}',"
    f" {_literal(value)}, 'x', {_absence(value)}, {_reach(year)});\n"
    for subject, measure, wet, category, *values in (
        ("wachttijd", "started", "wmo", "totaal", "612", "580"),
        ("wachttijd", "started_in_norm", "wmo", "totaal", "498", "471"),
        ("toekenning", "grants", "totaal", "totaal", "6362", "6480"),
        ("toekenning", "grants", "totaal", "minimaregeling", "5377", "5501"),
        ("toekenning", "grants", "totaal", "kindpakket", "985", "979"),
        ("toekenning", "standing_end", "totaal", "loonkostensubsidie", "45", "51"),
        ("uitkering", "standing_end", "participatiewet", "totaal", "1012", "998"),
        ("uitkering", "ended", "participatiewet", "totaal", "201", "188"),
        ("uitkering", "returned", "participatiewet", "totaal", "32", HIDDEN),
        ("inburgering", "reached", "totaal", "totaal", "40", "38"),
        ("schuldhulp", "applications", "totaal", "totaal", "240", "255"),
        ("melding", "reports", "totaal", "totaal", "410", "433"),
        ("klacht", "complaints", "wmo", "totaal", HIDDEN, "14"),
    )
    for year, value in zip(("2021", "2022"), values, strict=True)
)
FILES = """
insert into marts.dim_dataset (source_id, dataset_id, title) values
    ('registration', 'wmo_declaraties', 'Declaraties Wmo'), ('registration', 'uitkeringen', 'Uitkeringen');
insert into marts.dim_registration_file (original_id, dataset_id, file_name, period_id, received_at, rows_in,
    rows_loaded, rows_quarantined, state, superseded_by, forgotten_at, is_synthetic) values
    ('aa', 'wmo_declaraties', 'wmo-2021.csv', '2021', '2022-02-01 09:00:00', 20100, 20100, 0, 'superseded', 'bb',
        '2024-03-01 02:00:00', true),
    ('bb', 'wmo_declaraties', 'wmo-2021-nieuw.csv', '2021', '2022-03-01 09:00:00', 20110, 20100, 10, 'serving', null,
        null, true),
    ('cc', 'uitkeringen', 'uitkeringen.xlsx', null, '2022-12-05 09:00:00', 2500, 2488, 12, 'serving', null, null, true);
insert into marts.audit_quarantine values
    ('registration', 'wmo_declaraties', 'x', 'De einddatum ligt voor de begindatum', 10),
    ('registration', 'uitkeringen', 'x', 'Het BSN voldoet niet aan de elfproef', 12);
"""
CARE = (
    printed_table("wmo", WMO, "ZIN")
    + printed_table("jeugdwet", JEUGD, "ZIN")
    + _HALVES
    + _FORMS
    + _REFERRERS
    + _WIJKEN
    + _ALL_WETTEN
    + FLOW
    + STACKING
    + OUTLOOK
    + PRINTED
)
ALL = CARE + COUNTS + FILES
