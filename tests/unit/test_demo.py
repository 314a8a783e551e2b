"""New workspaces: the empty one and the samples, one with made-up material that says so and never changes."""

from __future__ import annotations

import csv
import hashlib
import os
import stat
import time
import tomllib
from pathlib import Path

import pytest

from dagster_project import demo
from dagster_project.errors import ConfigurationError
from dagster_project.extract import dropfolder, figures, incoming, mappings
from dagster_project.product import product_path
from dagster_project.workspace import Settings, Workspace, read_settings
from tests.unit.extract.files import BENCHMARK, CSSD, TOEKENNINGEN, read_all

FLAT = "SYNTHETISCH_suite4sd_toekenningen_2024.csv"
DUMP = "SYNTHETISCH_cssd_2025"
DIVOSA = "SYNTHETISCH_divosa_benchmark_2024.csv"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo") / "demo"
    demo.make_demo_workspace(root)
    return root


def hashes(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_an_empty_workspace_can_be_opened_and_is_closed_to_git_where_it_should(tmp_path: Path) -> None:
    demo.init_workspace(tmp_path / "new", "GM0074", 'Heerenveen "De Knipe"')
    workspace = Workspace(tmp_path / "new")
    assert (workspace.settings.gemeente, workspace.settings.gemeente_name) == ("GM0074", 'Heerenveen "De Knipe"')
    assert workspace.settings.synthetic_note == ""
    ignored = (tmp_path / "new" / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"data/", "drop/*", "accepted/", "rejected/", "*.key", "*.age"} <= set(ignored)
    assert sorted(path.name for path in workspace.root.iterdir()) == [
        ".gitignore",
        "LEESMIJ.md",
        "actions.csv",
        "agenda.csv",
        "budget.csv",
        "choices.csv",
        "costs.csv",
        "data",
        "drop",
        "indicators.csv",
        "mappings",
        "measurements.csv",
        "narratives",
        "objectives.csv",
        "opgaven.csv",
        "opkoers.toml",
        "plans.csv",
        "printed_care.csv",
        "risks.csv",
    ]
    assert dropfolder.strays(workspace, [TOEKENNINGEN, CSSD, BENCHMARK]) == []
    assert mappings.apply_mapping(CSSD, workspace) is CSSD


@pytest.mark.skipif(os.name != "posix", reason="file modes mean nothing here")
@pytest.mark.parametrize("file", ["secret.key", "secret.age"])
def test_a_new_workspace_has_closed_keys_of_its_own(tmp_path: Path, file: str) -> None:
    for name in ("one", "two"):
        demo.init_workspace(tmp_path / name, "GM0396", "Heemskerk")
    keys = [tmp_path / name / "data" / file for name in ("one", "two")]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]
    assert keys[0].read_bytes() != keys[1].read_bytes()


def test_a_folder_that_holds_a_workspace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "objectives.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="already holds objectives.csv"):
        demo.init_workspace(tmp_path, "GM0396", "Heemskerk")
    assert hashes(tmp_path) == {"objectives.csv": hashlib.sha256(b"mine").hexdigest()}


@pytest.mark.parametrize("code", ["0396", "GM396", "gm0396", "GM0396 "])
def test_a_wrong_municipality_code_is_refused(tmp_path: Path, code: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a municipality code, expected GM and four digits"):
        demo.init_workspace(tmp_path / "new", code, "Heemskerk")
    assert not (tmp_path / "new").exists()


def test_the_demo_says_what_is_synthetic(made: Path) -> None:
    settings = Workspace(made).settings
    assert settings.gemeente == "GM0396"
    assert "synthetisch" in settings.synthetic_note
    assert sorted(path.name for path in (made / "drop").iterdir()) == [DUMP, DIVOSA, FLAT]


def test_the_demo_holds_the_plan_as_it_stands_and_what_was_made_up_behind_it(made: Path) -> None:
    plan, made_up = demo.HEEMSKERK.folder, demo.HEEMSKERK.folder / "synthetic"
    assert not (made / "synthetic").exists()
    for name in ("plans.csv", "opgaven.csv", "objectives.csv", "agenda.csv", "risks.csv"):
        assert (made / name).read_bytes() == (plan / name).read_bytes()
    for name in ("measurements.csv", "actions.csv", "choices.csv", "budget.csv", "costs.csv"):
        lines = (made / name).read_text(encoding="utf-8").splitlines()
        of_plan = (plan / name).read_text(encoding="utf-8").splitlines()
        assert lines == of_plan + (made_up / name).read_text(encoding="utf-8").splitlines()[1:]
        assert len(lines) > len(of_plan)
    for path in (made_up / "wijken.geojson", *(made_up / "narratives").iterdir()):
        assert (made / path.relative_to(made_up)).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(("name", "gemeente"), [("heerenveen", "GM0074"), ("westervoort", "GM0293")])
def test_the_other_samples_are_their_plan_and_open_figures_only(tmp_path: Path, name: str, gemeente: str) -> None:
    sample = demo.sample_called(name)
    demo.make_demo_workspace(tmp_path / name, sample)
    workspace = Workspace(tmp_path / name)
    assert workspace.settings.gemeente == gemeente
    assert not workspace.drop.exists()
    recorded = product_path("sources", "samples", "open")
    assert hashes(tmp_path / name / "data" / "snapshots") == hashes(recorded / "snapshots")
    assert hashes(sample.folder).items() <= hashes(tmp_path / name).items()
    assert sample.default_target == Path(f"demo-{name}")


def test_the_sample_of_borger_odoorn_gets_two_made_up_exports_a_year(tmp_path: Path) -> None:
    demo.make_demo_workspace(tmp_path, demo.sample_called("borger-odoorn"))
    assert sorted(path.name for path in (tmp_path / "drop").iterdir()) == [
        f"SYNTHETISCH_zorg_{what}_{year}.csv" for what in ("declaraties", "voorzieningen") for year in range(2019, 2023)
    ]
    assert Workspace(tmp_path).settings.gemeente == "GM1681"
    assert {path.name for path in (tmp_path / "mappings").iterdir()} == {
        "suite4sd_cssd.yml",
        "zorg_declaraties.yml",
        "zorg_voorzieningen.yml",
    }


def test_every_sample_says_on_every_page_that_it_is_one(tmp_path: Path) -> None:
    for sample in demo.SAMPLES.values():
        note = read_settings(sample.folder / "opkoers.toml").synthetic_note
        assert note.startswith("Dit is een voorbeeld.")
        assert "synthetisch" in note


def test_a_sample_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(
        ConfigurationError, match="no sample 'almere'; the samples are heemskerk, heerenveen, westervoort"
    ):
        demo.sample_called("almere")


def test_one_sample_is_never_put_over_another(tmp_path: Path) -> None:
    demo.make_demo_workspace(tmp_path, demo.sample_called("westervoort"))
    before = hashes(tmp_path)
    with pytest.raises(ConfigurationError, match="holds the sample Westervoort, and not Heemskerk"):
        demo.make_demo_workspace(tmp_path)
    assert hashes(tmp_path) == before


def test_a_demo_of_another_version_is_left_alone(tmp_path: Path) -> None:
    demo.make_demo_workspace(tmp_path)
    settings = tmp_path / "opkoers.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("verhalen, ", ""), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="holds a demo of another version"):
        demo.make_demo_workspace(tmp_path)


def test_the_demo_is_the_same_every_time(made: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    demo.make_demo_workspace(tmp_path / "demo")
    assert time.monotonic() - began < 10
    own = {"data/secret.key": "", "data/secret.age": ""}
    assert {**hashes(tmp_path / "demo"), **own} == {**hashes(made), **own}
    signatures = [
        [item.signature for item in dropfolder.incoming(Workspace(root), [TOEKENNINGEN, CSSD, BENCHMARK], settle=30)]
        for root in (made, tmp_path / "demo")
    ]
    assert signatures[0] == signatures[1]
    assert len(signatures[0]) == 3


def test_every_row_of_every_export_says_that_it_is_synthetic(made: Path) -> None:
    for path in (made / "drop").rglob("*.csv"):
        is_dump = path.parent.name == DUMP
        with path.open(encoding="utf-8" if is_dump else "cp1252", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="," if is_dump else ";"))
        assert rows
        assert {row["synthetisch"] for row in rows} == {"ja"}


def test_the_benchmark_of_the_demo_is_read(made: Path) -> None:
    tables, faults = read_all(figures.read, BENCHMARK, made / "drop" / DIVOSA, name=DIVOSA, is_synthetic=True)
    (row,) = tables["divosa_observation"]
    assert (row["region_key"], row["period_key"], row["value_text"]) == ("GM0396", "2024", "14.8")
    assert (row["is_synthetic"], faults) == (True, [])


def test_making_the_demo_again_leaves_what_is_there(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    demo.make_demo_workspace(root)
    workspace = Workspace(root)
    for item in dropfolder.incoming(workspace, [TOEKENNINGEN, CSSD]):
        incoming.accept(item)
    for item in dropfolder.incoming(workspace, [BENCHMARK]):
        incoming.reject(item, "a trial")
    (root / "objectives.csv").write_text("my own", encoding="utf-8")
    (root / "data" / "snapshots").mkdir(exist_ok=True)
    (root / "data" / "snapshots" / "mine").write_text("kept", encoding="utf-8")
    before = hashes(root)
    demo.make_demo_workspace(root)
    assert hashes(root) == before
    assert list((root / "drop").iterdir()) == []


def test_an_export_of_which_a_receipt_is_left_does_not_come_back(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    (root / "accepted").mkdir(parents=True)
    (root / "accepted" / "taken.csv.accepted.txt").write_text("a receipt", encoding="utf-8")
    demo.write_synthetic_exports(root, dict.fromkeys(("taken.csv", "new.csv"), Path.touch))
    assert [path.name for path in (root / "drop").iterdir()] == ["new.csv"]


def test_a_half_written_export_of_a_killed_demo_is_written_anew(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    demo.make_demo_workspace(root)
    whole = hashes(root / "drop")
    (root / "drop" / DUMP).rename(root / "drop" / f".{DUMP}")
    (root / "drop" / f".{DUMP}" / "wvdos.csv").unlink()
    demo.make_demo_workspace(root)
    assert hashes(root / "drop") == whole


def test_made_up_exports_never_land_in_another_workspace(tmp_path: Path) -> None:
    demo.init_workspace(tmp_path / "real", "GM0396", "Heemskerk")
    with pytest.raises(ConfigurationError, match="is a workspace, but not the demo's"):
        demo.make_demo_workspace(tmp_path / "real")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is not empty and is no workspace"):
        demo.make_demo_workspace(tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]


def test_the_template_shows_every_setting_with_its_default(tmp_path: Path) -> None:
    demo.init_workspace(tmp_path, "GM0396", "Heemskerk")
    written = tomllib.loads((tmp_path / "opkoers.toml").read_text(encoding="utf-8"))
    assert set(written) == set(Settings.model_fields)
    usual = Settings(gemeente="GM0396", gemeente_name="Heemskerk", language="nl", sources={"registration": True})
    assert Workspace(tmp_path).settings == usual
