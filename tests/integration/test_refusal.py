"""A refresh that a gate refuses, from the broken input to the person who hears of it and finds the line to mend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dagster_project import cli
from dagster_project.execution import refresh
from dagster_project.publication import current_manifest
from dagster_project.run import RunOptions
from dagster_project.workspace import Workspace
from tests.integration.country import population
from tests.standin.server import StandIn
from tests.unit.notify.servers import Hook, Mailbox, hook_server, mail_server

TOKEN = "zeer-geheim"


def with_notification(workspace: Workspace, port: int, address: str) -> Workspace:
    """The workspace with a mail server and a webhook under `[notify]`."""
    settings = workspace.root / "opkoers.toml"
    lines = (
        'email = ["beheer@heemskerk.example"]',
        'from = "monitor@heemskerk.example"',
        'smtp_host = "127.0.0.1"',
        f"smtp_port = {port}",
        'smtp_security = "none"',
        f'webhook = "{address}/{TOKEN}"',
    )
    told = "\n".join(("[notify]", *lines))
    settings.write_text(settings.read_text(encoding="utf-8").replace("[notify]", told, 1), encoding="utf-8")
    return Workspace(workspace.root)


@pytest.mark.long
def test_a_refusal_is_told_explained_and_mended(
    country: StandIn, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    mailbox, hook = Mailbox(), Hook()
    with mail_server(mailbox) as port, hook_server(hook) as address:
        told = with_notification(workspace, port, address)
        said, code = refresh(told, RunOptions())
        assert code == 0, said
        standing = current_manifest(told)
        assert standing is not None
        assert (mailbox.mails, hook.bodies) == ([], []), "a publication is no news"

        sound = population(version=2)
        rows = [{**row, "Value": -1} if row["RegioS"] == "GM9005" else row for row in sound.rows]
        country.put(type(sound)(**{**vars(sound), "rows": rows}))
        said, code = refresh(told, RunOptions())
        assert (code, current_manifest(told)) == (3, standing)

        country.put(population(version=3))
        said, code = refresh(told, RunOptions())
        assert code == 0, said
    (mail,) = mailbox.mails
    (card,) = hook.bodies
    refused, _ = (json.loads(path.read_text()) for path in sorted(told.runs.glob("*.json"))[1:])
    assert refused["notified"] == ["email: sent", "webhook: sent"]
    for words in (mail.get_content(), json.dumps(card)):
        assert f"opkoers gate explain {refused['run_id'][:8]}" in words
        assert standing["publication_id"] in words
    assert "Suite cbs" in mail.get_content().replace("\\", "")

    with pytest.raises(SystemExit) as ended:
        cli.main(["gate", "explain", refused["run_id"][:8], "--workspace", str(told.root)])
    assert ended.value.code == 0
    explained = capsys.readouterr().out
    assert "1. Critical: this stops publication\n   Where:    raw.cbs_observation, column value_text" in explained
    assert "From:     cbs/population, 03759ned: " in explained
    assert "rows, first at row " in explained
    assert "Way out:  Look at 03759ned of CBS" in explained
    assert f"The publication {standing['publication_id']} still stands." in explained

    published = [path for path in (told.data).rglob("*") if path.is_file()]
    assert len(published) > 100
    assert not [path for path in published if TOKEN.encode() in path.read_bytes()]
    docs = Path(told.current) / "data_docs"
    assert {path.name for path in docs.iterdir()} == {
        "index.html", "after_ingest.html", "after_build.html", "after_proof.html"
    }  # fmt: skip
