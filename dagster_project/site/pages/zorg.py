"""The pages of care and of the registrations that it is counted from; none where there are no registrations.

What belongs here: what stands on `zorg.html`, on a page per wet, and on `registraties.html`. What does not: sentences
(`care.py`, `registrations.py`), tables (`care_tables.py`) and drawings (`care_charts.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dagster_project.site.queries.care import TOTAL
from dagster_project.site.site import Page, Site
from dagster_project.site.words import care, care_charts, care_tables, labels, registrations
from dagster_project.site.words.care import OutlookBlock
from dagster_project.site.words.care_charts import Chart
from dagster_project.site.words.care_tables import WetRows
from dagster_project.site.words.care_words import HIDDEN_MARK, MOST_YEARS, Table, hidden_sentences, wet_order

_CARE = "zorg.html"
_REGISTRATIONS = "registraties.html"


@dataclass(frozen=True)
class WetBlock:
    """One wet on the page of all care.

    Attributes:
        file: its own page; None for all wetten together.
    """

    anchor: str
    title: str
    file: str | None
    summary: tuple[str, ...]
    table: Table
    outlook: OutlookBlock | None
    course: str
    flow: Table | None

    @property
    def tables(self) -> list[Table]:
        return [table for table in (self.table, self.flow) if table]


@dataclass(frozen=True)
class Part:
    """One section of the page of a wet."""

    anchor: str
    title: str
    words: str
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()


def pages(site: Site) -> Iterator[Page]:
    """The page of all care, one per wet, and the page of the registrations, as far as there is anything on them."""
    wetten = wetten_of(site)
    if wetten:
        yield _care_page(site, wetten)
    for wet in wetten:
        if wet.code != TOTAL:
            yield _wet_page(site, wet)
    if site.data.care.files or site.data.care.counts:
        yield _registrations_page(site)


def wetten_of(site: Site) -> tuple[WetRows, ...]:
    """The rows per wet, all wetten together last, where there is more than one."""
    rows = site.data.care
    codes = sorted({row.wet for row in rows.cells}, key=wet_order)
    if len(codes) == 2 and TOTAL in codes:
        codes.remove(TOTAL)
    return tuple(care_tables.rows_of_wet(rows, code, site.gemeente) for code in codes)


def _care_page(site: Site, wetten: tuple[WetRows, ...]) -> Page:
    blocks = [_block(site, wet) for wet in wetten]
    tables = [table for block in blocks for table in block.tables]
    context = {
        "summary": [(block.title, block.summary) for block in blocks if block.file and block.summary],
        "blocks": blocks,
        "registrations": _REGISTRATIONS if site.data.care.files else None,
        "command": _command(wetten[0]),
        **_hidden(site, tables),
    }
    return Page(_CARE, "zorg.html.j2", "Zorg", context, _CARE)


def _block(site: Site, wet: WetRows) -> WetBlock:
    anchor = f"wet-{wet.code.replace('_', '-')}"
    return WetBlock(
        anchor=anchor,
        title=wet.name,
        file=None if wet.code == TOTAL else care.page_of_wet(wet.code),
        summary=care.summary_sentences(wet),
        table=care_tables.overview_table(wet, f"{anchor}-tabel"),
        outlook=care.outlook_of(site.data.care.outlooks, wet.code),
        course=care.flow_sentence(wet),
        flow=care_tables.flow_table(wet, f"{anchor}-verloop-tabel"),
    )


def _wet_page(site: Site, wet: WetRows) -> Page:
    parts = [part for part in _parts(wet) if part.tables]
    tables = [table for part in parts for table in part.tables]
    context = {
        "summary": care.summary_sentences(wet),
        "totals": care_charts.total_charts(wet, "geheel"),
        "has_parts_of_years": any(head.remark for head in wet.periods),
        "parts": parts,
        "printed": care.printed_of(site.data.care.printed, wet.code),
        "older": _older_years(wet),
        "overview": f"{_CARE}#wet-{wet.code.replace('_', '-')}",
        "command": _command(wet),
        **_hidden(site, tables),
    }
    return Page(care.page_of_wet(wet.code), "zorg_wet.html.j2", wet.name, context, _CARE, ((_CARE, "Zorg"),))


def _command(wet: WetRows) -> str:
    """What shows where the newest count of a wet comes from."""
    whole = f"wet={wet.code},category={TOTAL},form={TOTAL},referrer={TOTAL},region_code={wet.gemeente}"
    newest = max(cell.period_id for cell in wet.cells if wet.whole(cell.period_id))
    return f"opkoers trace --table fct_care_use --key {whole},period_id={newest}"


def _parts(wet: WetRows) -> Iterator[Part]:
    def tables(*found: Table | None) -> tuple[Table, ...]:
        return tuple(table for table in found if table)

    yield Part(
        "categorie",
        "Per categorie",
        "Wie zorg uit meer categorieën krijgt, telt in elk daarvan mee. De cliënten van de categorieën tellen daarom "
        "niet op tot het totaal; de kosten wel.",
        tables(
            care_tables.breakdown(
                wet, "category", "Categorie", "categorie-tabel", "Cliënten en kosten per categorie en jaar"
            ),
            care_tables.mean_table(wet, "category", "Categorie", "gemiddeld-tabel"),
        ),
        care_charts.category_charts(wet, "kosten"),
    )
    forms = care_tables.breakdown(wet, "form", "Vorm", "vorm-tabel", "Cliënten en kosten per vorm")
    yield Part(
        "vorm",
        "Per vorm: in natura of met een persoonsgebonden budget",
        "Wie in een jaar zorg in natura en een budget had, telt in beide vormen mee.",
        tables(forms, *_tables_per_form(wet)),
    )
    yield Part(
        "verwijzer",
        "Per verwijzer",
        "Wie door meer verwijzers is verwezen, telt bij elk daarvan mee.",
        tables(
            care_tables.breakdown(wet, "referrer", "Verwijzer", "verwijzer-tabel", "Cliënten en kosten per verwijzer")
        ),
    )
    yield Part(
        "wijk",
        "Per wijk",
        "Een cliënt telt in de wijk waar hij volgens de nieuwste regel van de periode woonde, en nergens anders.",
        tables(care_tables.breakdown(wet, "region_code", "Wijk", "wijk-tabel", "Cliënten en kosten per wijk")),
    )
    yield Part(
        "stapeling",
        "Stapeling: zorg uit meer categorieën",
        "Elke cliënt telt één keer, bij het aantal categorieën waaruit hij in die periode zorg kreeg.",
        tables(care_tables.stacking_table(wet, "stapeling-tabel")),
    )
    yield Part(
        "verloop",
        "Verloop per categorie en wijk",
        "Wie van categorie wisselt, stroomt bij de ene uit en bij de andere in.",
        tuple(care_tables.flow_tables_of_parts(wet, "verloop-tabel")),
    )


def _tables_per_form(wet: WetRows) -> Iterator[Table | None]:
    """The categories of each form, where there is more than one form."""
    forms = sorted({cell.form for cell in wet.along("form")} - {TOTAL})
    for form in forms if len(forms) > 1 else ():
        anchor = f"vorm-{form.lower()}-tabel"
        title = f"Cliënten en kosten per categorie, vorm {form}"
        yield care_tables.breakdown(wet, "category", "Categorie", anchor, title, form=form)


def _older_years(wet: WetRows) -> str:
    """Where the years are that a table has no room for."""
    shown = {head.period_id for head in wet.periods}
    years = {row.period_id for row in wet.cells if row.period_id.isdigit()} - shown
    if not years or not shown:
        return ""
    return (
        f"De tabellen tonen de nieuwste {MOST_YEARS} jaren. De jaren vanaf {min(years)} staan in het blad Zorggebruik "
        "van tables.xlsx."
    )


def _registrations_page(site: Site) -> Page:
    rows = site.data.care
    counts = registrations.count_tables(rows.counts)
    context = {
        "summary": registrations.files_sentence(rows) if rows.files else "",
        "forgotten": registrations.forgotten_sentence(rows.files),
        "counts": counts,
        "files": registrations.files_of(rows.files),
        "faults": [(row.reason, row.title, labels.number(row.n, 0)) for row in rows.faults],
        **_hidden(site, [table for _, table in counts]),
    }
    return Page(_REGISTRATIONS, "registraties.html.j2", "Registraties", context, _REGISTRATIONS)


def _hidden(site: Site, tables: list[Table]) -> dict[str, object]:
    """What a page says of the cells that it does not show."""
    sentences = hidden_sentences(tables, site.workspace.settings.small_count_threshold)
    return {"hidden": sentences, "hidden_mark": HIDDEN_MARK}
