"""The seal: what is written comes back, equal content gives equal bytes, and what was forgotten is carried over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dagster_project.registration.confidential import sealed_contract
from dagster_project.registration.seal import (
    CellRow,
    CoverageRow,
    FaultRow,
    FileRow,
    Seal,
    carried_over,
    read,
    read_seal,
    write,
)

DIMENSIONS = {"form": "totaal", "referrer": "totaal", "wijk": "totaal", "n_provisions": "totaal"}


def cell(period_id: str, value: str, *, wet: str = "wmo", category: str = "totaal", hidden: bool = False) -> CellRow:
    return CellRow(
        subject="care",
        measure="clients",
        unit="persons",
        wet=wet,
        category=category,
        **DIMENSIONS,
        period_id=period_id,
        value=value,
        is_hidden=hidden,
        is_synthetic=True,
    )


def coverage(period_id: str, last: str, *, wet: str = "wmo") -> CoverageRow:
    year = period_id[:4]
    return CoverageRow("care", wet, period_id, f"{year}-01-01", f"{year}-{last}", last == "12-31")


def file(original_id: str, *, state: str = "serving") -> FileRow:
    return FileRow(original_id, "zorg", f"{original_id}.csv", "", "2023-01-05T00:00:00Z", 5, 4, 1, state, "", "", True)


FAULT = FaultRow("a", "zorg", "a.csv", "declaratieregel", "amount", "negative_amount", "is below zero", 1)
SEAL = Seal(
    cells=(cell("2022", "3.00", category='Vervoer; "eigen"', hidden=True), cell("2022", "1584.00")),
    coverage=(coverage("2022", "11-30"),),
    files=(file("a"),),
    faults=(FAULT,),
)


def forgotten(*ids: str) -> list[Any]:
    return [SimpleNamespace(original_id=one, forgotten_at="2026-01-01T00:00:00Z") for one in ids]


def test_a_seal_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write(SEAL, tmp_path / "seal.zip")
    assert read_seal(tmp_path / "seal.zip") == SEAL
    assert (tmp_path / "seal.zip").stat().st_mode & 0o077 == 0


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    write(SEAL, tmp_path / "one.zip")
    write(replace(SEAL), tmp_path / "two.zip")
    write(SEAL.hiding(frozenset()), tmp_path / "three.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (tmp_path / "one.zip").read_bytes() != (tmp_path / "three.zip").read_bytes()


def test_raw_rows_hold_what_the_seal_says_and_where(tmp_path: Path) -> None:
    write(SEAL, tmp_path / "seal.zip")
    snapshot: Any = SimpleNamespace(snapshot_id="s")
    batches = {b.table: b.rows.to_pylist() for b in read(sealed_contract(), tmp_path / "seal.zip", snapshot, None)}  # type: ignore[arg-type]
    hidden = batches["registration_cell"][0]
    assert (hidden["row_number"], hidden["category"], hidden["value"], hidden["is_hidden"]) == (
        2,
        'Vervoer; "eigen"',
        "3.00",
        True,
    )
    assert batches["registration_file"][0]["period_id"] is None
    assert batches["registration_fault"][0]["n"] == 1


def test_without_forgetting_the_exports_at_hand_decide() -> None:
    now = Seal(cells=(cell("2023", "9.00"),), coverage=(coverage("2023", "12-31"),))
    assert carried_over(now, SEAL, []) == now


def test_a_period_whose_exports_were_forgotten_stays_as_it_was_sealed() -> None:
    now = Seal(cells=(cell("2023", "1600.00"),), coverage=(coverage("2023", "12-31"),), files=(file("b"),))
    joined = carried_over(now, SEAL, forgotten("a"))
    assert [(c.period_id, c.value) for c in joined.cells] == [
        ("2022", "3.00"),
        ("2022", "1584.00"),
        ("2023", "1600.00"),
    ]
    assert {f.original_id: (f.state, f.forgotten_at) for f in joined.files} == {
        "a": ("forgotten", "2026-01-01T00:00:00Z"),
        "b": ("serving", ""),
    }
    assert joined.faults == (FAULT,)


def test_a_group_is_never_made_of_both() -> None:
    """Half of a year that is left must not replace the whole year, nor be added to it."""
    half = Seal(cells=(cell("2022", "700.00"),), coverage=(coverage("2022", "06-30"),))
    assert [c.value for c in carried_over(half, SEAL, forgotten("a")).cells] == ["3.00", "1584.00"]
    whole = Seal(cells=(cell("2022", "1590.00"),), coverage=(coverage("2022", "12-31"),))
    assert [c.value for c in carried_over(whole, SEAL, forgotten("a")).cells] == ["1590.00"]


def test_what_the_policy_reads_is_what_was_counted() -> None:
    assert [(str(c.value), c.unit) for c in SEAL.counted] == [("3.00", "persons"), ("1584.00", "persons")]
    assert SEAL.version.hidden == {SEAL.cells[0].key}
