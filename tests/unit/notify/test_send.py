"""Messages arrive at real servers, encrypted where that is asked; what goes wrong is told without secrets."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from dagster_project.notify import send as sending
from dagster_project.notify.message import Notice
from dagster_project.notify.send import PASSWORD_VARIABLE, WEBHOOK_VARIABLE, send
from dagster_project.notify.settings import Notify
from tests.ports import free_port
from tests.unit.notify.servers import Hook, Mailbox, certificate, hook_server, mail_server

NOTICE = Notice("A gate refused", "Heemskerk", ("Suite x expected y_z.", "Nothing stands yet."), (("Run", "1a"),))
PASSWORD = "geheim-wachtwoord"
TOKEN = "zeer-geheim"


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_PAUSE", 0.01)
    for variable in (PASSWORD_VARIABLE, WEBHOOK_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(f"{variable}_FILE", raising=False)


def mail_settings(port: int, **more: Any) -> Notify:
    given = {
        "email": ["een@heemskerk.example", "twee@heemskerk.example"],
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "from": "monitor@heemskerk.example",
        "smtp_security": "none",
    }
    return Notify.model_validate(given | more)


def test_a_mail_arrives_in_the_open_on_this_machine() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        (told,) = send(mail_settings(port), NOTICE)
    assert (told.arrived, str(told)) == (True, "email: sent")
    (mail,) = mailbox.mails
    assert mailbox.recipients == [["een@heemskerk.example", "twee@heemskerk.example"]]
    assert (mail["From"], mail["Subject"]) == ("monitor@heemskerk.example", "Opkoers Heemskerk: A gate refused")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == (
        "Heemskerk: A gate refused.\n\nSuite x expected y_z.\n\nNothing stands yet.\n\nRun: 1a\n"
    )


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_is_encrypted_and_the_log_in_used(
    security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    monkeypatch.setenv(f"{PASSWORD_VARIABLE}_FILE", str(tmp_path / "password"))
    mailbox = Mailbox()
    with mail_server(mailbox, tls=context, implicit=security == "tls", login=True) as port:
        (told,) = send(mail_settings(port, smtp_security=security, smtp_user="monitor"), NOTICE)
    assert str(told) == "email: sent"
    assert mailbox.logins == [("monitor", PASSWORD)]
    assert len(mailbox.mails) == 1
    if security == "starttls":
        assert mailbox.over_tls == [True]


def test_a_certificate_that_is_not_trusted_stops_the_mail(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    mailbox = Mailbox()
    with mail_server(mailbox, tls=context) as port:
        (told,) = send(mail_settings(port, smtp_security="starttls"), NOTICE)
    assert not told.arrived
    assert "is not trusted" in str(told)
    assert mailbox.mails == []


def test_a_server_without_starttls_gets_neither_mail_nor_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        (told,) = send(mail_settings(port, smtp_security="starttls", smtp_user="monitor"), NOTICE)
    assert "offers no STARTTLS" in str(told)
    assert (mailbox.mails, mailbox.logins) == ([], [])


@pytest.mark.parametrize(
    ("password", "told"), [("mis", "refused the log-in (535)"), ("", "OPKOERS_SMTP_PASSWORD is empty")]
)
def test_a_log_in_that_fails_is_told_without_the_password(
    password: str, told: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, password)
    with mail_server(Mailbox(), login=True) as port, caplog.at_level(logging.DEBUG):
        (answer,) = send(mail_settings(port, smtp_user="monitor"), NOTICE)
    assert told in str(answer)
    assert not answer.arrived


def test_a_server_that_says_later_is_asked_once_more_and_gets_one_mail() -> None:
    mailbox = Mailbox()
    mailbox.greylists = 1
    with mail_server(mailbox) as port:
        (told,) = send(mail_settings(port), NOTICE)
    assert str(told) == "email: sent"
    assert len(mailbox.mails) == 1


def test_addresses_that_the_server_refuses_are_counted() -> None:
    with mail_server(Mailbox(refuses="twee")) as port:
        (some,) = send(mail_settings(port), NOTICE)
    assert some.arrived
    assert "refused 1 of 2 addresses" in str(some)
    with mail_server(Mailbox(refuses="@")) as port:
        (none,) = send(mail_settings(port), NOTICE)
    assert not none.arrived
    assert "refused every address" in str(none)


def test_a_card_arrives_at_the_webhook_in_the_form_that_teams_takes() -> None:
    hook = Hook()
    with hook_server(hook) as address:
        (told,) = send(Notify(webhook=f"{address}/in?sig={TOKEN}"), NOTICE)  # type: ignore[arg-type]
    assert str(told) == "webhook: sent"
    assert hook.paths == [f"/in?sig={TOKEN}"]
    (body,) = hook.bodies
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    texts = [block["text"] for block in card["body"] if block["type"] == "TextBlock"]
    assert texts == ["Heemskerk", "A gate refused", r"Suite x expected y\_z.", "Nothing stands yet."]
    assert card["body"][-1] == {"type": "FactSet", "facts": [{"title": "Run", "value": "1a"}]}


def test_the_address_in_the_environment_goes_before_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    hook, other = Hook(), Hook()
    with hook_server(hook) as address, hook_server(other) as elsewhere:
        monkeypatch.setenv(WEBHOOK_VARIABLE, f"{address}/{TOKEN}")
        send(Notify(webhook=f"{elsewhere}/x"), NOTICE)  # type: ignore[arg-type]
    assert (hook.paths, other.paths) == ([f"/{TOKEN}"], [])


def test_a_webhook_that_points_elsewhere_is_not_followed() -> None:
    other = Hook()
    with hook_server(other) as elsewhere:
        hook = Hook(status=307, headers={"Location": f"{elsewhere}/x"})
        with hook_server(hook) as address:
            (told,) = send(Notify(webhook=f"{address}/in"), NOTICE)  # type: ignore[arg-type]
    assert str(told) == "webhook: could not be sent: its host answered 307"
    assert other.bodies == []


@pytest.mark.parametrize(("status", "tries"), [(500, 2), (429, 2), (401, 1)])
def test_a_webhook_that_may_recover_is_asked_once_more(status: int, tries: int) -> None:
    hook = Hook(status=status)
    with hook_server(hook) as address:
        (told,) = send(Notify(webhook=f"{address}/in"), NOTICE)  # type: ignore[arg-type]
    assert (told.arrived, len(hook.bodies)) == (False, tries)
    assert str(told).endswith(f"answered {status}")


def test_nothing_that_is_said_or_logged_holds_the_address(caplog: pytest.LogCaptureFixture) -> None:
    hook = Hook(status=403)
    with hook_server(hook) as address, caplog.at_level(logging.DEBUG):
        told = send(Notify(webhook=f"{address}/{TOKEN}"), NOTICE)  # type: ignore[arg-type]
        told += send(Notify(webhook=f"http://127.0.0.1:{free_port()}/{TOKEN}"), NOTICE)  # type: ignore[arg-type]
    assert [sent.arrived for sent in told] == [False, False]
    assert "could not be reached (ConnectionError)" in str(told[1])
    assert TOKEN not in caplog.text + "".join(map(str, told))


def test_an_address_in_the_environment_that_is_unsafe_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WEBHOOK_VARIABLE, f"http://elders.example/{TOKEN}")
    (told,) = send(Notify(), NOTICE)
    assert "must begin with https://" in str(told)
    assert TOKEN not in str(told)


def test_a_secret_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"{WEBHOOK_VARIABLE}_FILE", str(tmp_path / "weg"))
    (told,) = send(Notify(), NOTICE)
    assert "OPKOERS_WEBHOOK_URL_FILE names cannot be read" in str(told)


def test_a_server_that_never_answers_holds_nobody_up_and_the_other_channel_goes_on() -> None:
    hook = Hook()
    with socket.create_server(("127.0.0.1", 0)) as silent, hook_server(hook) as address:
        settings = mail_settings(silent.getsockname()[1], webhook=f"{address}/in")
        start = monotonic()
        mail, card = send(settings, NOTICE, deadline=0.5)
        assert monotonic() - start < 5
    assert str(mail) == "email: could not be sent: no end within 0.5 seconds"
    assert str(card) == "webhook: sent"
