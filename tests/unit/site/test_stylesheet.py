"""The palette by computation: a browser's checker leaves many pairs undetermined."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dagster_project.site

CSS = (Path(dagster_project.site.__file__).parent / "static" / "opkoers.css").read_text(encoding="utf-8")
_PALETTES = CSS.partition("*,\n")[0].partition("@media screen and (prefers-color-scheme: dark)")
DECLARED = dict(re.findall(r"^  (--[\w-]+): ([^;]+);$", _PALETTES[0], re.MULTILINE))
DARK = {**DECLARED, **dict(re.findall(r"^    (--[\w-]+): ([^;]+);$", _PALETTES[2], re.MULTILINE))}
PALETTES = pytest.mark.parametrize("palette", [DECLARED, DARK], ids=["light", "dark"])
WHITE = "--utrecht-document-background-color"
FOOTER = "--utrecht-page-footer-background-color"
TONES = [f"--utrecht-alert-{tone}" for tone in ("ok", "warning", "error", "info")]
TEXT_PAIRS = [
    ("--utrecht-document-color", WHITE),
    ("--utrecht-heading-color", WHITE),
    ("--utrecht-link-color", WHITE),
    ("--utrecht-link-hover-color", WHITE),
    ("--utrecht-link-visited-color", WHITE),
    ("--opkoers-quiet-color", WHITE),
    ("--utrecht-table-header-color", WHITE),
    ("--utrecht-table-caption-color", WHITE),
    ("--opkoers-chart-gemeente-color", WHITE),
    ("--opkoers-chart-nation-color", WHITE),
    ("--opkoers-neutral-color", WHITE),
    *((f"{tone}-color", WHITE) for tone in TONES),
    ("--utrecht-page-header-color", "--utrecht-page-header-background-color"),
    ("--utrecht-skip-link-color", "--utrecht-skip-link-background-color"),
    ("--utrecht-page-footer-color", FOOTER),
    ("--utrecht-heading-color", FOOTER),
    ("--utrecht-link-color", FOOTER),
    ("--utrecht-link-visited-color", FOOTER),
    ("--opkoers-quiet-color", FOOTER),
    ("--utrecht-table-header-color", FOOTER),
    ("--nl-code-color", "--nl-code-background-color"),
    ("--nl-data-badge-color", "--nl-data-badge-background-color"),
    ("--opkoers-neutral-color", "--opkoers-neutral-background-color"),
    *((f"{tone}-color", f"{tone}-background-color") for tone in TONES),
]
SHAPE_PAIRS = [
    ("--opkoers-chart-target-color", WHITE),
    ("--opkoers-chart-measures-color", WHITE),
    ("--utrecht-focus-outline-color", WHITE),
    ("--opkoers-neutral-border-color", WHITE),
    ("--nl-data-badge-border-color", WHITE),
    *((f"{tone}-border-color", WHITE) for tone in TONES),
]


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@PALETTES
@pytest.mark.parametrize(("text", "background"), TEXT_PAIRS)
def test_text_stands_out_from_its_background(palette: dict[str, str], text: str, background: str) -> None:
    assert contrast(palette[text], palette[background]) >= 4.5


@PALETTES
@pytest.mark.parametrize(("shape", "background"), SHAPE_PAIRS)
def test_shapes_that_carry_meaning_stand_out(palette: dict[str, str], shape: str, background: str) -> None:
    assert contrast(palette[shape], palette[background]) >= 3


def test_black_on_white_has_the_contrast_that_wcag_gives() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_every_color_of_the_light_palette_has_a_dark_one() -> None:
    colored = {name for name, value in DECLARED.items() if value.startswith("#")}
    assert colored == {name for name in DARK if DARK[name].startswith("#")}
    own = set(re.findall(r"^    (--[\w-]+):", _PALETTES[2], re.MULTILINE))
    assert colored == own


def test_a_theme_of_the_municipality_is_never_mixed_with_our_dark_colors() -> None:
    assert ':root[data-kleuren="eigen"]' in _PALETTES[2]


def test_every_color_that_text_uses_is_among_the_pairs() -> None:
    used = set(re.findall(r"[;{]\s*color: var\((--[\w-]+)\)", CSS))
    assert used <= {text for text, _ in TEXT_PAIRS}


def test_every_property_that_is_used_is_declared() -> None:
    assert set(re.findall(r"var\((--[\w-]+)", CSS)) <= set(DECLARED)


def test_rules_name_no_color_of_their_own_so_that_a_theme_reaches_everything() -> None:
    rules = CSS.partition("*,\n")[2]
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", re.sub(r"\[(?:stroke|fill)=\"#\w+\"\]", "", rules))) == set()


def test_the_stylesheet_fetches_nothing() -> None:
    assert CSS.count("url(") == CSS.count('url("#')  # a pattern that stands in the page itself
    assert "@import" not in CSS
