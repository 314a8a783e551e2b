"""A gemeente is found by whatever people call it, and a name that is none leads to the one that is meant."""

from __future__ import annotations

import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.gemeenten import find_gemeente, gemeenten


def test_the_list_holds_the_gemeenten_of_2026() -> None:
    assert len(gemeenten()) == 342
    assert len({one.name for one in gemeenten()}) == 342


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("GM0074", "GM0074"),
        ("gm0074", "GM0074"),
        ("74", "GM0074"),
        ("Heerenveen", "GM0074"),
        (" heerenveen ", "GM0074"),
        ("Sudwest Fryslan", "GM1900"),
        ("Den Haag", "GM0518"),
        ("s-gravenhage", "GM0518"),
        ("Bergen (NH.)", "GM0373"),
        ("Hengelo", "GM0164"),  # the other one, in Gelderland, went in 2005
        ("Utrecht", "GM0344"),  # and not the province
    ],
)
def test_it_is_found_by_name_code_and_number(asked: str, code: str) -> None:
    assert find_gemeente(asked).code == code


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Bergen", "fits more than one gemeente. Give the code: Bergen (NH.) (GM0373), Bergen (L.) (GM0893)"),
        ("Hemskerk", "come near: Heemskerk (GM0396)"),
        ("Nuenen", "Nuenen, Gerwen en Nederwetten (GM0820)"),
        ("Weesp", "since 2022-03-24; it went into: Amsterdam (GM0363)"),
        ("GM0457", "since 2022-03-24; it went into: Amsterdam (GM0363)"),
        ("Haaren", "Boxtel (GM0757), Oisterwijk (GM0824), Tilburg (GM0855), Vught (GM0865)"),
        ("Scheemda", "it went into: Oldambt (GM1895)"),
        ("GM9999", "such as Heemskerk or GM0396"),
        ("xyzzy", "such as Heemskerk or GM0396"),
        ("", "such as Heemskerk or GM0396"),
    ],
)
def test_what_is_none_leads_to_the_one_that_is_meant(asked: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        find_gemeente(asked)
    assert told in str(refused.value)
