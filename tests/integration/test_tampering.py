"""Bytes that were tampered with, each found by the real command, which ends with 6 and names what was changed.

One demo with a frozen edition is made and signed; every case takes a copy of it, changes one thing at a place drawn
from a fixed seed, and runs `opkoers verify`. What the chain or a hash finds is found before anything is built. The
forgeries at the end make every hash agree again, the chain included: those a rebuild finds, or the signature.
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project import chain
from dagster_project.cli import main
from dagster_project.run import remove_tree
from dagster_project.signing import make_signing_key
from dagster_project.snapshots import sha256_of
from dagster_project.warehouse import WAREHOUSE, content_hash, is_audit, table_hashes
from dagster_project.workspace import Workspace

LABEL = "2026-04"
SEED = 20260402
KEYS = ("OPKOERS_SIGNING_KEY", "OPKOERS_SIGNING_KEY_FILE")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The real command, in this process: its imports are paid for once."""
    logging.getLogger("dagster_project").handlers.clear()  # of the command before, whose terminal is gone
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out + shown.err


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo, signed, with the edition that its tellings are for."""
    root = tmp_path_factory.mktemp("tampering")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(KEYS[0], raising=False)
        patch.setenv(KEYS[1], str(root / "signing.pem"))
        make_signing_key(root / "signing.pem")
        for command in (["demo"], ["edition", "freeze", LABEL]):
            with pytest.raises(SystemExit) as ended:
                main([*command, "--workspace", str(root / "demo")])
            assert ended.value.code == 0, command
    yield root / "demo"
    remove_tree(root / "demo" / "data" / "editions" / LABEL)


@dataclass
class Copy:
    """A copy of the demo to tamper with."""

    workspace: Workspace
    chance: random.Random

    @property
    def data(self) -> Path:
        return self.workspace.data

    @property
    def publication(self) -> Path:
        return self.workspace.current.resolve()

    @property
    def edition(self) -> Path:
        return self.workspace.editions / LABEL

    def one_of(self, pattern: str, root: Path | None = None) -> Path:
        """A file by chance."""
        return self.chance.choice(sorted(path for path in (root or self.data).glob(pattern) if path.is_file()))

    def flip(self, path: Path) -> str:
        """Change one bit of a file, at a place by chance. Gives the file's name."""
        path.chmod(0o644)
        content = bytearray(path.read_bytes())
        content[self.chance.randrange(len(content))] ^= 1 << self.chance.randrange(8)
        path.write_bytes(content)
        return path.name

    def pinned_sidecar(self) -> Path:
        """The sidecar of a figure of CBS."""
        return self.one_of("snapshots/cbs/*/*.json")


def edit(path: Path, **values: Any) -> None:
    """Put other values into a file of JSON, written as the program writes it."""
    path.chmod(0o644)
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(record | values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@pytest.fixture
def copy(demo: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Copy]:
    target = tmp_path / "demo"
    shutil.copytree(demo, target, symlinks=True, ignore=shutil.ignore_patterns("dagster", "clients.duckdb", "logs"))
    for folder in (target / "data" / "editions").rglob("*"):
        if folder.is_dir():
            folder.chmod(0o755)
    yield Copy(Workspace(target), random.Random(f"{SEED} {request.node.name}"))  # noqa: S311 - the same every time
    remove_tree(target / "data" / "editions" / LABEL)
    shutil.rmtree(target)


def snapshot_byte(copy: Copy) -> str:
    return copy.flip(copy.one_of("snapshots/*/*/*.zip"))


def snapshot_cut(copy: Copy) -> str:
    victim = copy.one_of("snapshots/*/*/*.zip")
    victim.write_bytes(victim.read_bytes()[: copy.chance.randrange(victim.stat().st_size)])
    return victim.name


def snapshot_gone(copy: Copy) -> str:
    victim = copy.pinned_sidecar()
    for path in (victim, *victim.parent.glob(f"{victim.stem}.*")):
        path.unlink(missing_ok=True)
    return victim.stem[:12]


def snapshots_swapped(copy: Copy) -> str:
    one, other = (next((copy.data / "snapshots" / "cbs" / f"kwb_{year}").glob("*.zip")) for year in (2019, 2021))
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    return one.name


def snapshot_renamed(copy: Copy) -> str:
    victim = copy.one_of("snapshots/*/*/*.zip")
    victim.rename(victim.with_name(f"{'0' * 64}.zip"))
    return f"{'0' * 64}.zip"


def sidecar_retrieved(copy: Copy) -> str:
    victim = copy.pinned_sidecar()
    edit(victim, retrieved_at="2026-11-21T06:11:48Z")
    return f"{victim.name} was changed after publication [^ ]+ was made: retrieved_at was"


def sidecar_licence(copy: Copy) -> str:
    victim = copy.pinned_sidecar()
    edit(victim, licence="CC0 1.0")
    return f"{victim.name} was changed after publication [^ ]+ was made: licence was"


def sidecar_key(copy: Copy) -> str:
    victim = copy.one_of("snapshots/*/*/*.json")
    edit(victim, remark="looks fine")
    return victim.name


def foreign_snapshot(copy: Copy) -> str:
    (copy.data / "snapshots" / "cbs" / "kwb_2019" / "cijfers.csv").write_text("a;b\n", encoding="utf-8")
    return "snapshots/cbs/kwb_2019/cijfers.csv"


def warehouse_byte(copy: Copy) -> str:
    return f"publications/{copy.publication.name}/{copy.flip(copy.publication / WAREHOUSE)}"


def parquet_byte(copy: Copy) -> str:
    return f"parquet/{copy.flip(copy.one_of('parquet/*', copy.publication))}"


def page_figure(copy: Copy) -> str:
    page = copy.publication / "site" / "index.html"
    page.write_text(re.sub(r"\d", "9", page.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    return "site/index.html"


def export_byte(copy: Copy) -> str:
    return f"export/{copy.flip(copy.publication / 'export' / 'tables.xlsx')}"


def manifest_field(copy: Copy) -> str:
    edit(copy.publication / "manifest.json", created_at="2026-01-01T00:00:00Z")
    return f"publications/{copy.publication.name}/manifest.json"


def manifest_byte(copy: Copy) -> str:
    copy.flip(copy.publication / "manifest.json")
    return f"publications/{copy.publication.name}/manifest.json"


def page_and_its_hash(copy: Copy) -> str:
    page_figure(copy)
    manifest = copy.publication / "manifest.json"
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    edit(manifest, files=files | {"site/index.html": sha256_of(copy.publication / "site" / "index.html")})
    return f"publications/{copy.publication.name}/manifest.json"


def file_added(copy: Copy) -> str:
    (copy.publication / "site" / "nieuw.html").write_text("<p>nieuw</p>", encoding="utf-8")
    return "site/nieuw.html"


def file_gone(copy: Copy) -> str:
    victim = copy.one_of("site/*.html", copy.publication)
    victim.unlink()
    return f"site/{victim.name} is gone"


def publication_gone(copy: Copy) -> str:
    name = copy.publication.name
    shutil.rmtree(copy.publication)
    return f"publications/{name}/manifest.json is gone"


def publication_added(copy: Copy) -> str:
    shutil.copytree(copy.publication, copy.workspace.publications / "20991231T000000Z-00000000")
    return "publications/20991231T000000Z-00000000/manifest.json"


def pointer_astray(copy: Copy) -> str:
    copy.workspace.current.unlink()
    copy.workspace.current.symlink_to("editions")
    return "data/current leads to editions"


def edition_byte(copy: Copy) -> str:
    victim = copy.one_of("parquet/*", copy.edition)
    copy.flip(victim)
    return f"editions/{LABEL}/parquet/{victim.name}"


def edition_record(copy: Copy) -> str:
    edit(copy.edition / "edition.json", frozen_by="niemand")
    return f"editions/{LABEL}/edition.json"


def edition_signature(copy: Copy) -> str:
    return f"editions/{LABEL}/{copy.flip(copy.edition / 'edition.json.sig')}"


def signature_gone(copy: Copy) -> str:
    (copy.publication / "manifest.json.sig").unlink()
    return "manifest.json.sig is gone"


def seal_byte(copy: Copy) -> str:
    return copy.flip(copy.one_of("snapshots/aggregate/*/*.zip"))


def original_byte(copy: Copy) -> str:
    return copy.flip(copy.one_of("confidential/originals/*.age"))


def original_gone(copy: Copy) -> str:
    victim = copy.one_of("confidential/originals/*.age")
    victim.unlink()
    victim.with_suffix(".json").unlink()
    return f"{victim.stem}.json"


def run_record(copy: Copy) -> str:
    victim = copy.one_of("runs/*.json")
    edit(victim, started_by="niemand")
    return f"runs/{victim.name}"


def chain_byte(copy: Copy) -> str:
    return copy.flip(copy.data / chain.CHAIN)


def chain_cut(copy: Copy) -> str:
    file = copy.data / chain.CHAIN
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    return f"editions/{LABEL}/edition.json is not in the chain"


QUICK = (
    snapshot_byte,
    snapshot_cut,
    snapshot_gone,
    snapshots_swapped,
    snapshot_renamed,
    sidecar_retrieved,
    sidecar_licence,
    sidecar_key,
    foreign_snapshot,
    warehouse_byte,
    parquet_byte,
    page_figure,
    export_byte,
    manifest_field,
    manifest_byte,
    page_and_its_hash,
    file_added,
    file_gone,
    publication_gone,
    publication_added,
    pointer_astray,
    edition_byte,
    edition_record,
    edition_signature,
    signature_gone,
    seal_byte,
    original_byte,
    original_gone,
    run_record,
    chain_byte,
    chain_cut,
)


@pytest.mark.parametrize("tamper", QUICK, ids=lambda tamper: tamper.__name__)
def test_what_was_tampered_with_is_named(
    copy: Copy, tamper: Callable[[Copy], str], capsys: pytest.CaptureFixture[str]
) -> None:
    named = tamper(copy)
    code, said = run(capsys, "verify", "--workspace", str(copy.workspace.root))
    assert code == 6, said
    assert re.search(named, said), (named, said)
    assert "built anew from" not in said


def forge(copy: Copy, *statements: str) -> None:
    """Change the warehouse that stands, and write every hash and the chain anew so that all of it agrees."""
    folder = copy.publication
    with duckdb.connect(str(folder / WAREHOUSE)) as connection:
        for statement in statements:
            connection.execute(statement)
    rewrite(copy)


def rewrite(copy: Copy) -> None:
    """Make the manifest, unsigned, agree with the files beside it, and the chain and the edition with the manifest."""
    manifest = copy.publication / "manifest.json"
    tables = table_hashes(copy.publication / WAREHOUSE, audit=True)
    tables = {name: table if not is_audit(name) else {"rows": table["rows"]} for name, table in tables.items()}
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    edit(
        manifest,
        files={name: sha256_of(copy.publication / name) for name in files},
        tables=tables,
        content_hash=content_hash({name: table for name, table in tables.items() if not is_audit(name)}),
        signed_with=None,
    )
    (copy.publication / "manifest.json.sig").unlink()
    edit(copy.edition / "edition.json", manifest_sha256=sha256_of(manifest), chain=None, signed_with=None)
    (copy.edition / "edition.json.sig").unlink()
    (copy.data / chain.CHAIN).unlink()
    chain.settle(copy.workspace)


def test_a_forgery_in_which_every_hash_agrees_is_found_by_the_rebuild(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    where = "indicator_id = 'bijstand_per_10000_inw' and region_code = 'GM0396' and period_id = '2020'"
    forge(copy, f"update marts.fct_indicator_value set value = value - 25 where {where}")
    code, said = run(capsys, "verify", "--workspace", str(copy.workspace.root))
    assert code == 6, said
    told = (
        r"built anew, differs in table fct_indicator_value\. fct_indicator_value, row indicator_id "
        r"bijstand_per_10000_inw, region_code GM0396, period_id 2020, territory as_published, column value: "
        r"189\.3\d+ is published, 214\.3\d+ is rebuilt\. \(\d rows of fct_indicator_value differ\.\)"
    )
    assert re.search(told, said), said


def test_the_same_forgery_of_a_page_is_found_by_the_rebuild(copy: Copy, capsys: pytest.CaptureFixture[str]) -> None:
    page = copy.publication / "site" / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("Heemskerk", "Heemskerck", 1), encoding="utf-8")
    rewrite(copy)
    code, said = run(capsys, "verify", "--workspace", str(copy.workspace.root))
    assert code == 6, said
    assert "built anew, gives the same tables and differs in site/index.html. First on line" in said
    assert "Heemskerck" in said


def test_a_forgery_is_found_at_once_where_a_public_key_is_named(
    demo: Path, copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    public = json.loads((copy.publication / "manifest.json").read_text(encoding="utf-8"))["signed_with"]
    settings = copy.workspace.root / "opkoers.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + f'\n[signing]\npublic_key = "{public}"\n', encoding="utf-8"
    )
    forge(copy, "delete from marts.fct_break")
    code, said = run(capsys, "verify", "--workspace", str(copy.workspace.root))
    assert code == 6, said
    assert f"publications/{copy.publication.name}/manifest.json is not signed" in said
    assert not os.environ.get(KEYS[1]), "the public key alone is enough to verify"


def test_there_are_at_least_twenty_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(set(QUICK)) + 3 >= 20
    with capsys.disabled():
        print(f"\n{len(QUICK) + 3} kinds of tampering, each found and named")
