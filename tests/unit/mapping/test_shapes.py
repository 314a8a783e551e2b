"""What columns look like, said without a value."""

from __future__ import annotations

import pytest

from dagster_project.mapping.shapes import personal_by_header, shape_of


@pytest.mark.parametrize(
    ("cells", "kind", "said"),
    [
        (["", ""], "empty", "leeg"),
        (["123456782", "111222333"], "bsn", "9 cijfers, elfproef klopt"),
        (["123456781", "111222334"], "integer", "9 cijfers"),
        (["1", "-12"], "integer", "1 tot 2 cijfers"),
        (["01-02-2024", "31-12-2024"], "date", "datum dd-mm-jjjj"),
        (["12/31/2024", "12/30/2024"], "date", "datum mm/dd/jjjj"),
        (["2024-01-31T00:00:00"], "date", "datum jjjj-mm-dd"),
        (["20240131"], "date", "datum jjjjmmdd"),
        (["202401", "202412"], "month", "maand jjjj-mm of jjjjmm"),
        (["2024-H1", "2023"], "period", "periode, zoals 2024 of 2024-H1"),
        (["4711", "5000"], "integer", "4 cijfers"),
        (["1.240,50", "3"], "amount", "bedrag of getal met een komma"),
        (["1240.50", "3"], "amount", "bedrag of getal met een punt"),
        (["GM0396", "WK039601"], "region", "regiocode"),
        (["a@b.nl"], "email", "e-mailadres"),
        (["06-12345678"], "phone", "telefoonnummer"),
        (["NL91ABNA0417164300"], "iban", "rekeningnummer"),
        (["02A05", "45A04"], "code", "korte code, 2 verschillende"),
        (["toegekend", "afgewezen"] * 5, "fixed", "vaste tekst, 2 verschillende"),
        (
            ["een lang verhaal over de buurman", "nog een veel langer verhaal", "a b c d", "e f g h i"],
            "free_text",
            "vrije tekst",
        ),
    ],
)
def test_shapes(cells: list[str], kind: str, said: str) -> None:
    shape = shape_of(cells)
    assert (shape.kind, shape.said) == (kind, said)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Naam", "een naam"),
        ("Geslachtsnaam", "een naam"),
        ("E-mail", "een e-mailadres"),
        ("Geboorte datum", None),
        ("Geboortedatum", "een geboortedatum"),
        ("Toelichting", "vrije tekst"),
        ("Wijknaam", None),
        ("Productnaam", None),
        ("Telefoonnummer contact", "een telefoonnummer"),
    ],
)
def test_headers_that_speak_of_a_person(header: str, said: str | None) -> None:
    assert personal_by_header(header) == said
