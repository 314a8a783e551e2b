"""The catalogue metadata holds what DCAT-AP-NL 3.0 makes mandatory and recommends.

The shapes are our own words of the profile (`dcat_ap_nl.ttl`), since the official files cannot be had where tests run.
Every shape is shown to bite: without what it asks for, the metadata is refused.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pyshacl
import pytest
from rdflib import Graph, Literal, URIRef, namespace
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SH

from dagster_project.standards.dcat import FILE, VCARD, graph_of, write_dcat
from dagster_project.standards.publisher import LICENCE_UNKNOWN, Publisher, credit, lacking, publisher_of
from dagster_project.workspace import SETTINGS_FILE, Workspace
from tests.unit.site.page_build import RUN, make_build, make_workspace
from tests.unit.standards.facts import PUBLISHER

SHAPES = Graph().parse(Path(__file__).parent / "dcat_ap_nl.ttl")
DATASET = URIRef(f"{PUBLISHER.base_url}{FILE}#dataset")


def faults(graph: Graph) -> set[tuple[str, str]]:
    """The class and property of everything that the shapes find missing or wrong."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=SHAPES, inference="none")
    assert isinstance(report, Graph)
    found = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        path = report.value(result, SH.resultPath)
        kind = graph.value(report.value(result, SH.focusNode), RDF.type)
        found.add((str(kind).rpartition("#")[2].rpartition("/")[2], str(path or "").rpartition("/")[2]))
    return found


def test_all_that_the_profile_makes_mandatory_and_recommends_is_there() -> None:
    graph = graph_of(PUBLISHER, RUN)
    assert len(list(graph.subjects(RDF.type, namespace.DCAT.Distribution))) == 5
    assert faults(graph) == set()


@pytest.mark.parametrize(
    ("kind", "predicate"),
    [
        *(
            (namespace.DCAT.Catalog, p)
            for p in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.creator)
        ),
        *((namespace.DCAT.Catalog, p) for p in (namespace.DCAT.contactPoint, namespace.DCAT.dataset)),
        *(
            (namespace.DCAT.Dataset, p)
            for p in (DCTERMS.title, DCTERMS.description, DCTERMS.identifier, DCTERMS.accessRights)
        ),
        *(
            (namespace.DCAT.Dataset, p)
            for p in (namespace.DCAT.contactPoint, DCTERMS.creator, DCTERMS.publisher, DCTERMS.language)
        ),
        *(
            (namespace.DCAT.Dataset, p)
            for p in (
                namespace.DCAT.theme,
                namespace.DCAT.keyword,
                DCTERMS.conformsTo,
                FOAF.page,
                namespace.DCAT.landingPage,
            )
        ),
        *((namespace.DCAT.Dataset, p) for p in (DCTERMS.spatial, DCTERMS.temporal)),
        *(
            (namespace.DCAT.Distribution, p)
            for p in (namespace.DCAT.accessURL, DCTERMS.license, DCTERMS.title, DCTERMS.description)
        ),
        (FOAF.Agent, FOAF.name),
        (VCARD.Kind, VCARD.fn),
    ],
)
def test_without_a_property_that_is_asked_for_the_metadata_is_refused(kind: URIRef, predicate: URIRef) -> None:
    graph = graph_of(PUBLISHER, RUN)
    for subject in list(graph.subjects(RDF.type, kind)):
        graph.remove((subject, predicate, None))
    assert {path for _, path in faults(graph)} & {str(predicate).rpartition("/")[2]}


@pytest.mark.parametrize(
    ("predicate", "wrong"),
    [
        (DCTERMS.publisher, Literal("Gemeente Heemskerk")),
        (DCTERMS.accessRights, URIRef("urn:open")),
        (DCTERMS.language, URIRef("urn:nl")),
        (namespace.DCAT.theme, URIRef("urn:zorg")),
        (DCTERMS.modified, Literal("gisteren", datatype=namespace.XSD.string)),
        (DCTERMS.accrualPeriodicity, Literal("jaarlijks")),
    ],
)
def test_a_value_outside_its_list_or_class_is_refused(predicate: URIRef, wrong: URIRef | Literal) -> None:
    graph = graph_of(PUBLISHER, RUN)
    graph.set((DATASET, predicate, wrong))
    assert faults(graph)


def test_what_the_settings_leave_out_lacks_and_nothing_else() -> None:
    graph = graph_of(replace(PUBLISHER, contact=None), RUN)
    assert {kind for kind, _ in faults(graph)} <= {"Organization", "ns#Kind", "Kind"}
    assert len(faults(graph)) == 1


def test_the_file_is_the_same_in_every_process(tmp_path: Path) -> None:
    write_dcat(tmp_path, PUBLISHER, RUN)
    script = (
        "from pathlib import Path; from dagster_project.standards.dcat import write_dcat;"
        "from tests.unit.standards.facts import PUBLISHER; from tests.unit.site.page_build import RUN;"
        f"write_dcat(Path({str(tmp_path / 'other')!r}), PUBLISHER, RUN)"
    )
    (tmp_path / "other").mkdir()
    root = Path(__file__).parents[3]
    subprocess.run(
        [sys.executable, "-c", script], check=True, cwd=root, env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(root)}
    )
    assert (tmp_path / "other" / FILE).read_bytes() == (tmp_path / FILE).read_bytes()


def test_without_a_base_url_addresses_count_from_the_file(tmp_path: Path) -> None:
    write_dcat(tmp_path, replace(PUBLISHER, base_url=""), RUN)
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    assert "<export/tables.xlsx>" in text
    served = Graph().parse(data=text, format="turtle", publicID="https://ergens.invalid/map/dcat.ttl")
    dataset = URIRef("https://ergens.invalid/map/dcat.ttl#dataset")
    assert (dataset, RDF.type, namespace.DCAT.Dataset) in served
    assert (None, namespace.DCAT.downloadURL, URIRef("https://ergens.invalid/map/export/tables.xlsx")) in served
    assert faults(served) == set()


def test_every_value_survives_being_written_and_read(tmp_path: Path) -> None:
    awkward = replace(PUBLISHER, synthetic_note='Let "op": \\ ’n regel\nen nog een.')
    write_dcat(tmp_path, awkward, RUN)
    served = Graph().parse(tmp_path / FILE, format="turtle")
    assert (DATASET, DCTERMS.description, Literal(awkward.description, lang="nl")) in served


def test_every_source_is_named_once_with_its_licence() -> None:
    told = graph_of(PUBLISHER, RUN).value(URIRef(f"{PUBLISHER.base_url}{FILE}#herkomst"), RDFS.label)
    assert str(told).endswith("Bronnen: CBS StatLine (CC BY 4.0); Gemeente, synthetisch.")
    assert RUN.git_commit in str(told)
    assert credit("CBS (CC BY 4.0)", "CC BY 4.0") == "CBS (CC BY 4.0)"


def workspace_with(folder: Path, settings: str) -> Workspace:
    workspace = make_workspace(folder)
    path = workspace.root / SETTINGS_FILE
    path.write_text(path.read_text(encoding="utf-8") + settings, encoding="utf-8")
    return Workspace(folder)


def known(folder: Path, settings: str, sql: str = "") -> Publisher:
    workspace = workspace_with(folder / "ws", settings)
    with duckdb.connect(str(make_build(folder / "w.duckdb", sql=sql)), read_only=True) as connection:
        return publisher_of(connection, workspace, ())


def test_what_nobody_stated_is_said_to_be_unknown(tmp_path: Path) -> None:
    found = known(tmp_path, "")
    assert (found.name, found.uri) == ("Gemeente Heemskerk", "https://identifier.overheid.nl/tooi/id/gemeente/gm0396")
    assert (found.contact, found.base_url, found.licence) == (None, "", LICENCE_UNKNOWN)
    assert found.licence_title.startswith("Licentie onbekend")
    assert lacking(workspace_with(tmp_path / "other", "")) == ["contact", "licence", "base_url"]


def test_the_settings_say_who_publishes(tmp_path: Path) -> None:
    settings = """contact = "niet deze"
[catalog]
publisher = "GGD Kennemerland"
publisher_uri = "https://ggd.invalid/id"
contact = "data@ggd.invalid"
base_url = "https://ggd.invalid/monitor"
licence = "https://creativecommons.org/licenses/by/4.0/"
"""
    found = known(tmp_path, settings)
    assert (found.name, found.uri, found.contact) == (
        "GGD Kennemerland",
        "https://ggd.invalid/id",
        "mailto:data@ggd.invalid",
    )
    assert (found.base_url, found.licence) == (
        "https://ggd.invalid/monitor/",
        "https://creativecommons.org/licenses/by/4.0/",
    )
    assert lacking(workspace_with(tmp_path / "other", settings)) == []


def test_the_period_is_that_of_the_municipalitys_own_figures(tmp_path: Path) -> None:
    found = known(tmp_path, "")
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        years = connection.execute(
            "select min(period_id), max(period_id)"
            " from marts.fct_indicator_value semi join marts.dim_period using (period_id)"
            " where region_code = 'GM0396' and value is not null"
        ).fetchone()
    assert found.first_day is not None
    assert found.last_day is not None
    assert (str(found.first_day.year), str(found.last_day.year)) == years
    assert known(tmp_path / "empty", "", "delete from marts.fct_indicator_value").first_day is None
