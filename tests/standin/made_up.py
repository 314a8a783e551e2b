"""Made-up tables and their contracts, small and plainly synthetic, for tests that need no real figures."""

from __future__ import annotations

from typing import Any

from dagster_project.contracts import Dataset, Measure
from tests.standin.tables import StaticFile, V3Table, V4Table

SAYS_SO = "Synthetisch: verzonnen cijfers om mee te testen"


def v3_table(
    *, gemeenten: int = 25, measures: int = 2, table_id: str = "99001NED", modified: str = "2024-03-01T02:00:00"
) -> V3Table:
    """A wide table of gemeenten, keys padded to ten, `Klanten_1` and on as measures; every seventh value is null."""
    keys = [f"GM{9000 + number:04d}".ljust(10) for number in range(gemeenten)]
    columns = [f"Klanten_{place}" if place == 1 else f"Grootheid{place}_{place}" for place in range(1, measures + 1)]
    properties: list[dict[str, Any]] = [
        {
            "odata.type": "Cbs.OData.GeoDetail",
            "ID": 0,
            "Type": "GeoDetail",
            "Key": "WijkenEnBuurten",
            "Title": "Wijken",
        },
        {"odata.type": "Cbs.OData.TopicGroup", "ID": 1, "Type": "TopicGroup", "Key": "", "Title": SAYS_SO},
        *(
            {
                "odata.type": "Cbs.OData.Topic",
                "ID": 2 + place,
                "Type": "Topic",
                "Key": column,
                "Title": f"{SAYS_SO}, {column}",
                "Unit": "aantal",
                "Decimals": 0,
            }
            for place, column in enumerate(columns)
        ),
    ]
    rows = [
        {
            "ID": number,
            "WijkenEnBuurten": key,
            **{
                column: None if (number + place) % 7 == 6 else 100 * number + place
                for place, column in enumerate(columns)
            },
        }
        for number, key in enumerate(keys)
    ]
    codes = [
        {"Key": key, "Title": f"Verzonnen gemeente {number}", "Description": SAYS_SO, "Municipality": key.strip()}
        for number, key in enumerate(keys)
    ]
    return V3Table(table_id, properties, {"WijkenEnBuurten": codes}, rows, modified, SAYS_SO)


def v3_contract(table: V3Table, *measures: Measure, **changes: Any) -> Dataset:
    """A contract for a made-up wide table; `Klanten` to the concept `wmo_clients` unless told otherwise."""
    block = {
        "source_id": "cbs",
        "dataset_id": "made_up_v3",
        "kind": "cbs_v3",
        "title": SAYS_SO,
        "licence": "CC0",
        "attribution": SAYS_SO,
        "table_id": table.table_id,
        "region_dimension": "WijkenEnBuurten",
        "period": "2023",
        "measures": measures or (Measure(measure="Klanten", concept="wmo_clients", unit="aantal"),),
        **changes,
    }
    return Dataset.model_validate(block)


def v4_table(*, gemeenten: int = 10, years: int = 4, table_id: str = "99002NED", version: int = 1) -> V4Table:
    """A long table of gemeenten and years with the measures `M000001` (persons) and `M000002` (percentages).

    Every fifth value is absent, with an attribute that says why.
    """
    regions = [f"GM{9000 + number:04d}" for number in range(gemeenten)]
    periods = [f"{2020 + year}JJ00" for year in range(years)]
    rows: list[dict[str, Any]] = []
    for region in regions:
        for period in periods:
            for measure in ("M000001", "M000002"):
                number = len(rows)
                absent = number % 5 == 4
                rows.append(
                    {
                        "Id": number,
                        "Measure": measure,
                        "ValueAttribute": ("Impossible", "Confidential")[number % 2] if absent else "None",
                        "Value": None if absent else number * 10 if measure == "M000001" else number / 4,
                        "StringValue": None,
                        "Geslacht": "T001038",
                        "RegioS": region,
                        "Perioden": period,
                    }
                )
    return V4Table(
        table_id=table_id,
        properties={
            "Identifier": table_id,
            "Title": SAYS_SO,
            "ObservationsModified": f"2024-06-{version:02d}T00:00:00+02:00",
            "Modified": f"2024-06-{version:02d}T00:00:00+02:00",
            "Version": f"202406{version:02d}0000",
            "ObservationCount": len(rows),
        },
        dimensions=[
            {"Identifier": "Geslacht", "Title": "Geslacht", "Kind": "Dimension"},
            {"Identifier": "RegioS", "Title": "Regio's", "Kind": "GeoDimension"},
            {"Identifier": "Perioden", "Title": "Perioden", "Kind": "TimeDimension"},
        ],
        measures=[
            {"Identifier": "M000001", "Title": f"{SAYS_SO}, personen", "Unit": "aantal", "Decimals": 0},
            {"Identifier": "M000002", "Title": f"{SAYS_SO}, aandeel", "Unit": "%", "Decimals": 1},
        ],
        codes={
            "Geslacht": [{"Identifier": "T001038", "Title": "Totaal", "DimensionGroupId": None}],
            "RegioS": [
                {"Identifier": region, "Title": f"Verzonnen gemeente {region}", "DimensionGroupId": "GM"}
                for region in regions
            ],
            "Perioden": [{"Identifier": period, "Title": period[:4], "Status": "Definitief"} for period in periods],
        },
        rows=rows,
    )


def v4_contract(table: V4Table, *measures: Measure, **changes: Any) -> Dataset:
    """A contract for a made-up long table; `M000001` to the concept `inhabitants` unless told otherwise."""
    block = {
        "source_id": "cbs",
        "dataset_id": "made_up_v4",
        "kind": "cbs_v4",
        "title": SAYS_SO,
        "licence": "CC0",
        "attribution": SAYS_SO,
        "table_id": table.table_id,
        "region_dimension": "RegioS",
        "period_dimension": "Perioden",
        "measures": measures or (Measure(measure="M000001", concept="inhabitants", unit="aantal"),),
        **changes,
    }
    return Dataset.model_validate(block)


MARGINS = {"MW00000": "Waarde", "MOG0095": "Ondergrens 95%-interval", "MBG0095": "Bovengrens 95%-interval"}
SURVEY_AGES = {"20300": "18 jaar of ouder", "80200": "65 jaar of ouder"}
_ENDS = {"MW00000": 0, "MOG0095": -5, "MBG0095": 5}


def survey_figure(region: str, margin: str, age: str) -> int:
    """What the made-up survey says: a value of its own per gemeente and age, and five less and more for its ends."""
    return 40 + int(region[2:6]) - 9000 + (20 if age.strip() == "80200" else 0) + _ENDS[margin.strip()]


def survey_v3(*, gemeenten: int = 4) -> V3Table:
    """A wide table of a survey: gemeenten, margins and ages as dimensions, `Sporters_1` and `Rokers_2` as measures."""
    rows = [
        {"ID": number, "RegioS": region, "Marges": margin, "Leeftijd": age, "Sporters_1": value, "Rokers_2": value + 1}
        for number, (region, margin, age) in enumerate(_survey_codes(gemeenten, 8))
        for value in [survey_figure(region, margin, age)]
    ]
    named = {"Marges": MARGINS, "Leeftijd": SURVEY_AGES, "RegioS": {row["RegioS"]: SAYS_SO for row in rows}}
    topics = {"Sporters_1": "Wekelijkse sporters", "Rokers_2": "Rokers"}
    properties: list[dict[str, Any]] = [{"Type": "Dimension", "Key": name, "Title": name} for name in named]
    properties += [{"Type": "Topic", "Key": key, "Title": title, "Unit": "%"} for key, title in topics.items()]
    codes = {
        name: [{"Key": code.ljust(8), "Title": title} for code, title in listed.items()]
        for name, listed in named.items()
    }
    info = {
        "OutputStatus": "Gediscontinueerd",
        "ReasonDelivery": "Correctie",
        "Period": "2022",
        "ShortDescription": " \n",
        "Summary": "Opgevolgd door een andere tabel",
    }
    return V3Table("99003NED", properties, codes, rows, "2024-03-01T02:00:00", SAYS_SO, info)


def survey_v4(*, gemeenten: int = 4) -> V4Table:
    """The same survey as a long table, with `M000001` and `M000002` as measures."""
    cells = [
        (measure, region, margin, age, survey_figure(region, margin, age) + more)
        for region, margin, age in _survey_codes(gemeenten, 0)
        for more, measure in enumerate(("M000001", "M000002"))
    ]
    rows = [
        {"Id": number, "Measure": measure, "ValueAttribute": "None", "Value": value, "StringValue": None,
         "Marges": margin, "Leeftijd": age, "RegioS": region}
        for number, (measure, region, margin, age, value) in enumerate(cells)
    ]  # fmt: skip
    named = {"Marges": MARGINS, "Leeftijd": SURVEY_AGES, "RegioS": {row["RegioS"]: SAYS_SO for row in rows}}
    properties = {
        "Identifier": "99004NED",
        "Title": SAYS_SO,
        "Description": "Verzonnen enquête",
        "Status": "Regulier",
        "ObservationsModified": "2024-06-01T00:00:00+02:00",
        "Modified": "2024-05-01T00:00:00+02:00",
        "Version": "202406010000",
        "VersionReason": "Actualisering",
        "TemporalCoverage": "2022",
    }
    return V4Table(
        table_id="99004NED",
        properties=properties,
        dimensions=[{"Identifier": name, "Title": name} for name in named],
        measures=[
            {"Identifier": "M000001", "Title": " Wekelijkse  sporters", "Unit": "%", "Decimals": 0},
            {"Identifier": "M000002", "Title": "Rokers", "Unit": "%", "Decimals": 0},
        ],
        codes={
            name: [{"Identifier": code, "Title": title} for code, title in listed.items()]
            for name, listed in named.items()
        },
        rows=rows,
    )


def _survey_codes(gemeenten: int, width: int) -> list[tuple[str, str, str]]:
    regions = [f"GM{9000 + number:04d}" for number in range(gemeenten)]
    return [(r.ljust(width), m.ljust(width), a.ljust(width)) for r in regions for m in MARGINS for a in SURVEY_AGES]


def survey_contract(table: V3Table | V4Table, *measures: Measure | dict[str, Any], **changes: Any) -> Dataset:
    """A contract for the survey in either form, for its one year 2022."""
    block = {
        "source_id": "cbs",
        "dataset_id": "made_up_survey",
        "kind": "cbs_v3" if isinstance(table, V3Table) else "cbs_v4",
        "title": SAYS_SO,
        "licence": "CC0",
        "attribution": SAYS_SO,
        "table_id": table.table_id,
        "region_dimension": "RegioS",
        "period": "2022",
        "measures": measures,
        **changes,
    }
    return Dataset.model_validate(block)


def duo_file(
    text: str | None = None, *, etag: str | None = '"made-up-1"', last_modified: str | None = None
) -> StaticFile:
    """A made-up file of two gemeenten and two school years, with a suppressed count."""
    lines = text or (
        "SCHOOLJAAR;GEMEENTENUMMER;ABSOLUUT_VERZUIM;LEERLINGEN;SYNTHETISCH\n"
        "2022/2023;0396;12;5100;ja\n2022/2023;0034;<5;36200;ja\n2023/2024;0396;9;5080;ja\n2023/2024;0034;61;36500;ja\n"
    )
    return StaticFile(lines.encode(), etag, last_modified)


def duo_contract(**changes: Any) -> Dataset:
    """A contract for the made-up file."""
    block = {
        "source_id": "duo",
        "dataset_id": "made_up_duo",
        "kind": "duo_csv",
        "title": SAYS_SO,
        "licence": "CC0",
        "attribution": SAYS_SO,
        "path": "verzuim.csv",
        "region_dimension": "GEMEENTENUMMER",
        "period_dimension": "SCHOOLJAAR",
        "measures": (
            Measure(measure="ABSOLUUT_VERZUIM", concept="verzuim_absoluut"),
            Measure(measure="LEERLINGEN", concept="leerlingen"),
        ),
        "suppressed_marks": ("<5",),
        **changes,
    }
    return Dataset.model_validate(block)
