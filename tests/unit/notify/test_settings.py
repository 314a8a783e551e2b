"""`[notify]` is off by default, refuses what is unsafe, and stays out of every dump, copy and error."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dagster_project.editions.freeze import _keep_workspace
from dagster_project.errors import ConfigurationError
from dagster_project.notify.settings import is_loopback, webhook_fault
from dagster_project.publication import settings_hash
from dagster_project.workspace import Workspace, without_notify
from tests.unit.notify.runs import HEAD, workspace

SECRET = "https://prod-01.example.org/workflows/abc?sig=zeer-geheim"
MAIL = 'email = ["a@heemskerk.example"]\nsmtp_host = "mail.example"\nfrom = "monitor@heemskerk.example"\n'


def test_it_is_off_until_somebody_is_named(tmp_path: Path) -> None:
    settings = workspace(tmp_path).settings.notify
    assert (settings.email, settings.webhook) == ((), None)
    assert settings.on == ("refused", "failed", "unreachable")


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        ('email = ["geen-adres"]\n', "notify.email.0"),
        ('email = ["a@x.nl\\nBcc: b@x.nl"]\nsmtp_host = "m"\nfrom = "b@x.nl"\n', "notify.email.0"),
        ('email = ["a@x.nl"]\n', "email needs smtp_host and from as well"),
        (MAIL + 'smtp_security = "none"\n', "is for a mail server on this machine"),
        ('webhook = "http://elders.example/zeer-geheim"\n', "must begin with https://"),
        ('webhook = "https:///zeer-geheim"\n', "is no address"),
        ('on = ["altijd"]\n', "notify.on.0"),
        ('smtp_password = "zeer-geheim"\n', "notify.smtp_password"),
    ],
)
def test_what_is_unsafe_or_unknown_is_refused_without_repeating_it(tmp_path: Path, notify: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as refusal:
        workspace(tmp_path, f"[notify]\n{notify}")
    assert "zeer-geheim" not in str(refusal.value)
    assert refusal.value.__cause__ is None, "pydantic's error would quote what was found"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:1/x", SECRET])
def test_a_webhook_may_be_https_or_on_this_machine(url: str) -> None:
    assert webhook_fault(url) is None


@pytest.mark.parametrize("host", ["127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", "0.0.0.0", ""])  # noqa: S104 - names
def test_a_host_that_only_looks_like_this_machine_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ('none"\nsmtp_host = "localhost', 25)])
def test_the_port_follows_the_way_of_encrypting(tmp_path: Path, security: str, port: int) -> None:
    mail = MAIL.replace('smtp_host = "mail.example"\n', "") if "localhost" in security else MAIL
    assert workspace(tmp_path, f'[notify]\n{mail}smtp_security = "{security}"\n').settings.notify.port == port


def test_it_stays_out_of_every_dump_and_does_not_make_a_new_publication(tmp_path: Path) -> None:
    quiet, told = workspace(tmp_path / "a"), workspace(tmp_path / "b", f'[notify]\n{MAIL}webhook = "{SECRET}"\n')
    assert settings_hash(quiet) == settings_hash(told)
    dumps = (told.settings.model_dump_json(), str(told.settings.model_dump()), repr(told.settings))
    assert not any("heemskerk.example" in dump or "zeer-geheim" in dump for dump in dumps)
    assert "zeer-geheim" not in repr(told.settings.notify)


@pytest.mark.parametrize(
    "text",
    [
        f'{HEAD}\n[notify]\nwebhook = "{SECRET}"\nemail = [\n  "a@x.nl",\n]\nsmtp_host = "m"\nfrom = "b@x.nl"\n',
        f'{HEAD}[notify]\nwebhook = "{SECRET}"\n\n[sources]\nduo = false\n',
        f'{HEAD}[sources]\nduo = false\n  [notify] # wie\n  webhook = "{SECRET}"\n  [network]\n  attempts = 2\n',
        HEAD,
    ],
)
def test_a_copy_for_others_leaves_it_out_and_keeps_the_rest(tmp_path: Path, text: str) -> None:
    (tmp_path / "opkoers.toml").write_text(text)
    kept = without_notify(tmp_path / "opkoers.toml").decode()
    assert "zeer-geheim" not in kept
    assert tomllib.loads(kept) == {name: value for name, value in tomllib.loads(text).items() if name != "notify"}
    before = Workspace(tmp_path)
    (tmp_path / "opkoers.toml").write_text(kept)
    assert settings_hash(Workspace(tmp_path)) == settings_hash(before), "an edition's copy gives the same settings"


@pytest.mark.parametrize("form", ['notify = {{webhook = "{0}"}}\n', 'notify.webhook = "{0}"\n'])
def test_what_cannot_be_left_out_with_certainty_is_refused(tmp_path: Path, form: str) -> None:
    (tmp_path / "opkoers.toml").write_text(HEAD + form.format(SECRET))
    with pytest.raises(ConfigurationError, match="one table") as refusal:
        without_notify(tmp_path / "opkoers.toml")
    assert "zeer-geheim" not in str(refusal.value)


def test_an_edition_keeps_the_settings_without_the_secret(tmp_path: Path) -> None:
    found = workspace(tmp_path / "w", f'[notify]\nwebhook = "{SECRET}"\n')
    _keep_workspace(found, [], tmp_path / "edition")
    kept = (tmp_path / "edition" / "opkoers.toml").read_text()
    assert "zeer-geheim" not in kept
    assert settings_hash(Workspace(tmp_path / "edition")) == settings_hash(found)
