"""`dcat.ttl`: a publication as a catalogue with one dataset, by DCAT-AP-NL 3.0 (Geonovum, 12 December 2024).

Every node has an address of its own and none is blank, so that equal facts give equal bytes. Without `base_url` in the
settings the addresses count from the file itself, which is right wherever the publication is served from.

What belongs here: the profile's classes, properties and code lists. What does not: the facts (`publisher.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD

from dagster_project.site.site import SiteRun
from dagster_project.standards.publisher import Publisher, credit

FILE = "dcat.ttl"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
_VERSION = URIRef(f"{DCAT}version")  # newer than the terms that rdflib knows
_EU = "http://publications.europa.eu/resource/authority/"
_DUTCH = URIRef(f"{_EU}language/NLD")
_PUBLIC = URIRef(f"{_EU}access-right/PUBLIC")
_NETHERLANDS = URIRef(f"{_EU}country/NLD")
_THEMES = (URIRef(f"{_EU}data-theme/SOCI"), URIRef(f"{_EU}data-theme/GOVE"))
_WHEN_SOURCES_CHANGE = URIRef(f"{_EU}frequency/IRREG")
_AVAILABLE = URIRef(f"{_EU}planned-availability/AVAILABLE")
_IANA = "https://www.iana.org/assignments/media-types/"
_DATA_PACKAGE = URIRef("https://datapackage.org/profiles/2.0/datapackage.json")
_KEYWORDS = ("sociaal domein", "jeugdhulp", "Wmo", "Participatiewet", "BBV-indicatoren", "gemeente", "beleidsmonitor")


@dataclass(frozen=True)
class _Form:
    """One form in which the whole of the data can be had."""

    name: str
    title: str
    access: str
    """Where it is, from the folder of the publication."""
    media_type: str
    file_type: str | None
    """In the European list of file types; None where the form is not known to be in it."""
    download: str | None
    """The one file that holds it; None where it is many."""
    standard: URIRef | None = None


_FORMS = (
    _Form("duckdb", "Alle tabellen in één DuckDB-bestand", "warehouse.duckdb", "application/octet-stream", None,
          "warehouse.duckdb"),
    _Form("parquet", "Alle tabellen als Parquet, beschreven in datapackage.json", "datapackage.json",
          "application/vnd.apache.parquet", None, None, _DATA_PACKAGE),
    _Form("csv", "De tabellen van de gemeente als CSV, beschreven in datapackage.json", "datapackage.json", "text/csv",
          "CSV", None, _DATA_PACKAGE),
    _Form("xlsx", "De tabellen van de gemeente als werkmap", "export/tables.xlsx",
          "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", "export/tables.xlsx"),
    _Form("site", "De monitor als webpagina's", "site/index.html", "text/html", "HTML", None),
)  # fmt: skip


def write_dcat(folder: Path, publisher: Publisher, run: SiteRun) -> None:
    """Write the metadata of a publication beside it.

    Args:
        folder: the publication.
        publisher: who publishes what, under which licence.
        run: gives the dataset its version and moment.
    """
    (folder / FILE).write_text(graph_of(publisher, run).serialize(format="turtle"), encoding="utf-8", newline="\n")


def graph_of(publisher: Publisher, run: SiteRun) -> Graph:
    """The metadata of a publication as triples."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in (
        ("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("rdfs", RDFS), ("skos", SKOS),
        ("vcard", VCARD), ("dcatap", DCATAP), ("xsd", XSD),
    ):  # fmt: skip
        graph.bind(prefix, namespace)
    _Writer(graph, publisher, run).write()
    return graph


class _Writer:
    """Adds what one publication says to a graph."""

    def __init__(self, graph: Graph, publisher: Publisher, run: SiteRun) -> None:
        self._graph = graph
        self._publisher = publisher
        self._run = run
        self._agent = URIRef(publisher.uri)

    def write(self) -> None:
        """All nodes."""
        self._code_lists()
        self._add(self._agent, RDF.type, FOAF.Agent)
        self._add(self._agent, FOAF.name, _nl(self._publisher.name))
        self._contact()
        self._catalogue()
        self._dataset()
        for form in _FORMS:
            self._distribution(form)

    def _add(self, subject: URIRef, predicate: URIRef, *values: URIRef | Literal) -> None:
        for value in values:
            self._graph.add((subject, predicate, value))

    def _at(self, path: str) -> URIRef:
        """The address of a file of the publication."""
        return URIRef(f"{self._publisher.base_url}{path}")

    def _node(self, name: str) -> URIRef:
        """The address of something that this file describes."""
        return URIRef(f"{self._publisher.base_url}{FILE if self._publisher.base_url else ''}#{name}")

    def _code_lists(self) -> None:
        """Of which class the values from code lists are: a validator need not fetch the lists to know."""
        self._add(_DUTCH, RDF.type, DCTERMS.LinguisticSystem)
        self._add(_PUBLIC, RDF.type, DCTERMS.RightsStatement)
        self._add(_NETHERLANDS, RDF.type, DCTERMS.Location)
        self._add(_WHEN_SOURCES_CHANGE, RDF.type, DCTERMS.Frequency)
        self._add(URIRef(self._publisher.licence), RDF.type, DCTERMS.LicenseDocument)
        self._add(URIRef(self._publisher.licence), RDFS.label, _nl(self._publisher.licence_title))
        self._add(_DATA_PACKAGE, RDF.type, DCTERMS.Standard)
        self._add(_AVAILABLE, RDF.type, SKOS.Concept)
        for theme in _THEMES:
            self._add(theme, RDF.type, SKOS.Concept)

    def _contact(self) -> None:
        contact = self._node("contact")
        self._add(contact, RDF.type, VCARD.Organization, VCARD.Kind)
        self._add(contact, VCARD.fn, _nl(self._publisher.name))
        address = self._publisher.contact
        if address:
            self._add(contact, VCARD.hasEmail if address.startswith("mailto:") else VCARD.hasURL, URIRef(address))

    def _described(self, subject: URIRef, title: str) -> None:
        """What the catalogue and its dataset both say."""
        self._add(subject, DCTERMS.title, _nl(title))
        self._add(subject, DCTERMS.description, _nl(self._publisher.description))
        self._add(subject, DCTERMS.publisher, self._agent)
        self._add(subject, DCTERMS.creator, self._agent)
        self._add(subject, DCAT.contactPoint, self._node("contact"))
        self._add(subject, DCTERMS.language, _DUTCH)
        self._add(subject, DCTERMS.modified, Literal(self._run.generated_at, datatype=XSD.dateTime))
        self._add(subject, DCTERMS.spatial, self._node("gebied"), _NETHERLANDS)

    def _catalogue(self) -> None:
        catalogue = self._node("catalogus")
        self._add(catalogue, RDF.type, DCAT.Catalog)
        self._described(catalogue, f"Open data van de {_small(self._publisher.title)}")
        self._add(catalogue, DCTERMS.license, URIRef(self._publisher.licence))
        self._add(catalogue, FOAF.homepage, self._at("site/index.html"))
        self._add(catalogue, DCAT.themeTaxonomy, URIRef(f"{_EU}data-theme"))
        self._add(URIRef(f"{_EU}data-theme"), RDF.type, SKOS.ConceptScheme)
        self._add(catalogue, DCAT.dataset, self._node("dataset"))

    def _dataset(self) -> None:
        dataset = self._node("dataset")
        self._add(dataset, RDF.type, DCAT.Dataset)
        self._described(dataset, self._publisher.title)
        self._add(dataset, DCTERMS.identifier, Literal(f"opkoers-{self._publisher.gemeente.lower()}-monitor"))
        self._add(dataset, _VERSION, Literal(self._run.edition or self._run.publication_id))
        self._add(dataset, DCTERMS.accessRights, _PUBLIC)
        self._add(dataset, DCTERMS.accrualPeriodicity, _WHEN_SOURCES_CHANGE)
        self._add(dataset, DCAT.theme, *_THEMES)
        self._add(dataset, DCAT.keyword, *(_nl(word) for word in _KEYWORDS))
        self._add(dataset, DCTERMS.conformsTo, _DATA_PACKAGE)
        self._pages(dataset)
        self._coverage(dataset)
        self._provenance(dataset)
        self._add(dataset, DCAT.distribution, *(self._node(form.name) for form in _FORMS))

    def _pages(self, dataset: URIRef) -> None:
        self._add(dataset, DCAT.landingPage, self._at("site/index.html"))
        self._add(dataset, FOAF.page, self._at("site/gegevens.html"))
        for page in ("site/index.html", "site/gegevens.html"):
            self._add(self._at(page), RDF.type, FOAF.Document)

    def _coverage(self, dataset: URIRef) -> None:
        area = self._node("gebied")
        self._add(area, RDF.type, DCTERMS.Location)
        self._add(area, SKOS.prefLabel, _nl(f"Gemeente {self._publisher.gemeente_name}"))
        self._add(area, DCTERMS.identifier, Literal(self._publisher.gemeente))
        first, last = self._publisher.first_day, self._publisher.last_day
        if first is None or last is None:
            return
        period = self._node("periode")
        self._add(dataset, DCTERMS.temporal, period)
        self._add(period, RDF.type, DCTERMS.PeriodOfTime)
        self._add(period, DCAT.startDate, Literal(first.isoformat(), datatype=XSD.date))
        self._add(period, DCAT.endDate, Literal(last.isoformat(), datatype=XSD.date))

    def _provenance(self, dataset: URIRef) -> None:
        """Where the figures come from, and which run of which code made them."""
        statement = self._node("herkomst")
        sources = "; ".join(
            f"{credit(source.attribution.removeprefix('Bron: '), source.licence)}"
            f"{', synthetisch' if source.is_synthetic else ''}"
            for source in self._publisher.sources
        )
        self._add(dataset, DCTERMS.provenance, statement)
        self._add(statement, RDF.type, DCTERMS.ProvenanceStatement)
        told = f"Berekend met Opkoers, versie van de code {self._run.git_commit}, run {self._run.run_id}. Bronnen: "
        self._add(statement, RDFS.label, _nl(f"{told}{sources or 'geen'}."))

    def _distribution(self, form: _Form) -> None:
        node = self._node(form.name)
        self._add(node, RDF.type, DCAT.Distribution)
        self._add(node, DCTERMS.title, _nl(form.title))
        self._add(node, DCTERMS.description, _nl(f"{form.title}. {self._publisher.description}"))
        self._add(node, DCAT.accessURL, self._at(form.access))
        self._add(self._at(form.access), RDF.type, RDFS.Resource)
        self._add(node, DCTERMS.license, URIRef(self._publisher.licence))
        self._add(node, DCTERMS.language, _DUTCH)
        self._add(node, DCTERMS.modified, Literal(self._run.generated_at, datatype=XSD.dateTime))
        self._add(node, DCATAP.availability, _AVAILABLE)
        media_type = URIRef(f"{_IANA}{form.media_type}")
        self._add(node, DCAT.mediaType, media_type)
        self._add(media_type, RDF.type, DCTERMS.MediaType)
        if form.file_type:
            file_type = URIRef(f"{_EU}file-type/{form.file_type}")
            self._add(node, DCTERMS["format"], file_type)
            self._add(file_type, RDF.type, DCTERMS.MediaTypeOrExtent)
        if form.download:
            self._add(node, DCAT.downloadURL, self._at(form.download))
        if form.standard:
            self._add(node, DCTERMS.conformsTo, form.standard)


def _nl(text: str) -> Literal:
    return Literal(text, lang="nl")


def _small(text: str) -> str:
    """A title within a sentence."""
    return text[:1].lower() + text[1:]
