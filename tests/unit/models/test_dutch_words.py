"""The views for analysts call things as the site and the workbook do."""

from __future__ import annotations

import duckdb
import pytest
from jinja2 import Environment

from dagster_project.editions.diff import _CODES
from dagster_project.export.sheets import _BETTER, _STATUSES, _TRENDS
from dagster_project.product import product_path
from dagster_project.site.words.labels import ABSENCES, place

MACROS = product_path("dbt", "macros", "dutch.sql").read_text(encoding="utf-8")
KINDS = {code: word for code, word in _CODES.items() if code not in _BETTER}


def said(macro: str, code: str | None) -> str | None:
    sql = Environment(autoescape=False).from_string(MACROS + f"{{{{ {macro}('code') }}}}").render()  # noqa: S701
    with duckdb.connect() as connection:
        ((word,),) = connection.execute(f"select {sql} from (select ?::text as code)", [code]).fetchall()
    return word  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("macro", "words"),
    [
        ("better_in_dutch", _BETTER),
        ("trend_in_dutch", _TRENDS),
        ("value_status_in_dutch", _STATUSES),
        ("absence_in_dutch", ABSENCES),
        ("kind_in_dutch", KINDS),
    ],
)
def test_a_code_has_the_word_of_the_site(macro: str, words: dict[str, str]) -> None:
    assert {code: said(macro, code) for code in words} == words
    assert said(macro, None) is None


@pytest.mark.parametrize("name", ["Utrecht (PV)", "Utrecht (gemeente)", "Utrecht", "Bergen (NH.)"])
def test_a_place_is_named_as_the_site_names_it(name: str) -> None:
    assert said("place_in_dutch", name) == place(name)
