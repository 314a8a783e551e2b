"""Where dbt's parsed project is kept. That dbt can use it, every refresh of the other tests shows."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dagster_project import transform

parse_again = transform.parsed_project.__wrapped__
"""As a new process asks for it: nothing is remembered."""


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """The folders that dbt was asked to parse into, in a cache of the test's own."""
    folders: list[Path] = []

    def parse(arguments: Sequence[str], *, target: Path) -> None:
        assert list(arguments) == ["parse"]
        target.mkdir()
        (target / "manifest.json").write_text("{}", encoding="utf-8")
        folders.append(target)

    monkeypatch.setenv("OPKOERS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(transform, "_invoke", parse)
    return folders


def lie_in(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> None:
    """Let the code lie in another folder; what it says stays the same."""
    monkeypatch.setattr(transform, "product_path", lambda *parts: checkout.joinpath(*parts))


def test_the_same_code_is_parsed_once(parsed: list[Path]) -> None:
    assert [parse_again(), parse_again()] == [parsed[0]] * 2
    assert len(parsed) == 1


def test_two_copies_of_the_code_have_a_parsed_project_each(
    parsed: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for copy in ("one", "other", "one"):
        lie_in(monkeypatch, tmp_path / copy)
        parse_again()
    assert len(parsed) == len(set(parsed)) == 2


def test_what_dbt_left_half_is_parsed_anew(parsed: list[Path]) -> None:
    folder = parse_again()
    (folder / "manifest.json").rename(folder / "manifest.json.half")
    assert parse_again() == folder
    assert [path.name for path in folder.iterdir()] == ["manifest.json"]


def test_the_newest_few_are_kept(parsed: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for number in range(8):
        lie_in(monkeypatch, tmp_path / str(number))
        parse_again()
    there = {path for path in (tmp_path / "cache").iterdir() if path.is_dir()}
    assert parsed[-1] in there
    assert len(there) < len(parsed)
