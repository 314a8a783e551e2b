"""Who is told of which ending, once and whatever comes of it; and what a message may and may not hold."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from dagster_project import cli
from dagster_project.conclusion import conclude
from dagster_project.errors import SourceUnreachable
from dagster_project.notify import send as sending
from dagster_project.notify.announce import described
from dagster_project.notify.message import as_card, as_text, notice_of
from dagster_project.notify.send import PASSWORD_VARIABLE, WEBHOOK_VARIABLE
from dagster_project.run import finished_runs
from tests.ports import free_port
from tests.unit.notify.runs import REFUSAL, begun, refused, workspace
from tests.unit.notify.servers import Hook, Mailbox, hook_server, mail_server
from tests.unit.notify.test_send import PASSWORD, TOKEN

STANDS = "The publication 20261126T095523Z-0123abcd still stands."


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_PAUSE", 0.01)
    for variable in (PASSWORD_VARIABLE, WEBHOOK_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(f"{variable}_FILE", raising=False)


def mail(port: int, more: str = "") -> str:
    return (
        '[notify]\nemail = ["een@heemskerk.example"]\nsmtp_host = "127.0.0.1"\nfrom = "monitor@heemskerk.example"\n'
        f'smtp_port = {port}\nsmtp_security = "none"\n{more}'
    )


def test_a_refusal_is_told_by_mail_and_webhook_and_noted_in_the_record(tmp_path: Path) -> None:
    mailbox, hook = Mailbox(), Hook()
    with mail_server(mailbox) as port, hook_server(hook) as address:
        run = begun(workspace(tmp_path, mail(port, f'webhook = "{address}/{TOKEN}"\n')))
        state = refused(run)
    assert state.notified == ["email: sent", "webhook: sent"]
    (record,) = finished_runs(run.workspace)
    assert record == state
    body = mailbox.mails[0].get_content()
    for part in ("Heemskerk", REFUSAL, "Nothing was published yet.", "opkoers gate explain 0123abcd", "exit code 3"):
        assert part in body
    assert "opkoers gate explain 0123abcd" in json.dumps(hook.bodies)


def test_nobody_is_told_twice(tmp_path: Path) -> None:
    hook = Hook()
    with hook_server(hook) as address:
        run = begun(workspace(tmp_path, f'[notify]\nwebhook = "{address}/in"\n'))
        first = refused(run)
        again = conclude(run, error=RuntimeError("a later step"))
    assert len(hook.bodies) == 1
    assert again == first


def test_a_rebuild_tells_nobody(tmp_path: Path) -> None:
    hook = Hook()
    with hook_server(hook) as address:
        refused(begun(workspace(tmp_path, f'[notify]\nwebhook = "{address}/in"\n'), pins=("a",)))
    assert hook.bodies == []


@pytest.mark.parametrize(
    ("on", "error", "set_aside", "told"),
    [
        (None, SourceUnreachable("CBS gave no answer."), False, "A source could not be reached"),
        (None, ValueError("secret cell 123456782"), False, "The refresh failed"),
        (None, None, True, None),
        ('["set_aside"]', None, True, "Input was set aside"),
        ('["set_aside"]', None, False, None),
        ('["refused"]', ValueError("x"), False, None),
    ],
)
def test_only_the_endings_that_were_asked_for_are_told(
    tmp_path: Path, on: str | None, error: Exception | None, set_aside: bool, told: str | None
) -> None:
    hook = Hook()
    with hook_server(hook) as address:
        asked = f"on = {on}\n" if on else ""
        run = begun(workspace(tmp_path, f'[notify]\nwebhook = "{address}/in"\n{asked}'))
        if set_aside:
            run.note_set_aside("cbs/kwb_2024: the table is gone.")
            run.note_set_aside("Jansen uitkering.csv fits no contract.")
        conclude(run, error=error)
    if told is None:
        assert hook.bodies == []
        return
    (body,) = map(json.dumps, hook.bodies)
    assert told in body
    assert "Jansen" not in body, "a file's name may be that of a person"
    assert "123456782" not in body
    assert "secret cell" not in body, "of an internal error only its kind is told"


@pytest.mark.parametrize("broken", ["nobody listens", "refuses"])
def test_sending_that_fails_is_noted_and_changes_nothing(
    tmp_path: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    hook = Hook(status=403)
    with hook_server(hook) as address, caplog.at_level(logging.DEBUG):
        url = f"{address}/{TOKEN}" if broken == "refuses" else f"http://127.0.0.1:{free_port()}/{TOKEN}"
        state = refused(begun(workspace(tmp_path, f'[notify]\nwebhook = "{url}"\n')))
    assert (state.outcome, state.exit_code) == ("refused", 3)
    (note,) = state.notified
    assert note.startswith("webhook: could not be sent")
    assert "notification by webhook: could not be sent" in caplog.text


def test_no_secret_is_written_anywhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    mailbox, hook = Mailbox(), Hook()
    with mail_server(mailbox, login=True) as port, hook_server(hook) as address, caplog.at_level(logging.DEBUG):
        found = workspace(tmp_path, mail(port, f'smtp_user = "monitor"\nwebhook = "{address}/{TOKEN}"\n'))
        run = begun(found)
        assert refused(run).notified == ["email: sent", "webhook: sent"]
        with pytest.raises(SystemExit) as ended:
            cli.main(["notify", "test", "--workspace", str(tmp_path)])
        assert ended.value.code == 0
        with pytest.raises(SystemExit):
            cli.main(["status", "--workspace", str(tmp_path)])
    said = capsys.readouterr()
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "opkoers.toml"]
    assert {path.name for path in written} >= {"state.json"}
    everything = "".join(path.read_text(errors="replace") for path in written)
    everything += said.out + said.err + caplog.text + found.settings.model_dump_json() + repr(found.settings)
    everything += "".join(map(str, mailbox.mails)) + json.dumps(hook.bodies)
    assert len(mailbox.mails) == len(hook.bodies) == 2
    for secret in (PASSWORD, TOKEN):
        assert secret not in everything
    assert "a webhook at 127.0.0.1" in said.out


def test_the_command_tells_how_the_test_message_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def end_of(arguments: list[str]) -> Any:
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        return ended.value.code

    command = ["notify", "test", "--workspace", str(tmp_path)]
    workspace(tmp_path)
    assert end_of(command) == 2
    assert "Notification is off" in capsys.readouterr().err
    workspace(tmp_path, f'[notify]\nwebhook = "http://127.0.0.1:{free_port()}/in"\n')
    assert end_of(command) == 1
    assert "could not be reached" in capsys.readouterr().err
    hook = Hook()
    with hook_server(hook) as address:
        workspace(tmp_path, f'[notify]\nwebhook = "{address}/in"\n')
        assert end_of(command) == 0
    assert capsys.readouterr().out == "webhook: sent\n"
    assert "This is a test" in json.dumps(hook.bodies)


def test_status_says_whether_somebody_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert described(workspace(tmp_path)).startswith("Nobody is told")
    told = described(workspace(tmp_path, mail(2525)))
    assert told == "Told of runs that end refused, failed, unreachable: e-mail to 1 address by 127.0.0.1:2525."
    monkeypatch.setenv(WEBHOOK_VARIABLE, f"https://teams.example/{TOKEN}")
    assert described(workspace(tmp_path)).endswith("the webhook of OPKOERS_WEBHOOK_URL.")


def test_a_run_with_more_refusals_names_the_first_and_counts_the_rest(tmp_path: Path) -> None:
    run = begun(workspace(tmp_path))
    with run.changing() as state:
        state.validations += [
            {"message": "A warning.", "result": "failed", "severity": "warning"},
            {"message": "First.", "result": "failed", "severity": "critical"},
            {"message": "Second.", "result": "broken", "severity": "warning"},
        ]
    notice = notice_of(run.state(), "refused", "Heems\nkerk", STANDS, "opkoers gate explain 1")
    assert notice.sentences[:2] == ("First. (1 more)", STANDS)
    assert "\n" not in notice.subject
    assert STANDS in as_text(notice)
    assert "Heems" in json.dumps(as_card(notice))
