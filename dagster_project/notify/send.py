"""Sending one message by SMTP and to a webhook: short patience, few tries, and never a secret in what is said of it.

Whatever goes wrong becomes a sentence. Errors of the libraries are not passed on as they are: those of HTTP quote the
whole address, and the address of a webhook is a secret. What the message says does not belong here.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from time import monotonic, sleep
from uuid import uuid4

import requests

from dagster_project import __version__
from dagster_project.errors import ConfigurationError
from dagster_project.notify.message import Notice, as_card, as_text
from dagster_project.notify.settings import Notify, webhook_fault
from dagster_project.secret import is_set, secret

PASSWORD_VARIABLE = "OPKOERS_SMTP_PASSWORD"  # noqa: S105 - a name
WEBHOOK_VARIABLE = "OPKOERS_WEBHOOK_URL"
_TRIES = 2
_PAUSE = 2.0
_PATIENCE = 10.0
"""Seconds for a connection, and between two bytes."""
_DEADLINE = 45.0
"""Seconds for all of one channel: a server that drips does not hold up a run."""


@dataclass(frozen=True)
class Sending:
    """How sending by one channel went."""

    channel: str
    arrived: bool
    words: str

    def __str__(self) -> str:
        return f"{self.channel}: {self.words}"


class _NotSent(Exception):
    """Why a message did not go, in plain words.

    Attributes:
        may_pass: whether another try may help.
    """

    def __init__(self, words: str, *, may_pass: bool = False) -> None:
        super().__init__(words)
        self.may_pass = may_pass


def is_on(settings: Notify) -> bool:
    """Whether anybody is told of anything."""
    return bool(settings.email or settings.webhook or is_set(WEBHOOK_VARIABLE))


def send(settings: Notify, notice: Notice, *, deadline: float = _DEADLINE) -> list[Sending]:
    """Send a message by every channel that is set, side by side.

    Args:
        settings: the channels.
        notice: the message.
        deadline: seconds after which a channel that has not finished is given up.

    Returns:
        How each went; never an exception.
    """
    channels: dict[str, Callable[[], str]] = {}
    if settings.email:
        token = uuid4().hex  # one for every try, so that a server that took the mail twice may show it once
        channels["email"] = lambda: _send_mail(settings, _mail(settings, notice, token))
    if settings.webhook or is_set(WEBHOOK_VARIABLE):
        channels["webhook"] = lambda: _post(settings, notice)
    done: dict[str, Sending] = {}
    threads = [threading.Thread(target=_try, args=(name, work, done), daemon=True) for name, work in channels.items()]
    for thread in threads:
        thread.start()
    end = monotonic() + deadline
    for thread in threads:
        thread.join(max(0.0, end - monotonic()))
    late = f"could not be sent: no end within {deadline:g} seconds"
    return [done.get(name) or Sending(name, False, late) for name in channels]


def _try(channel: str, work: Callable[[], str], done: dict[str, Sending]) -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            done[channel] = Sending(channel, True, work())
            return
        except _NotSent as error:
            if not error.may_pass or attempt == _TRIES:
                done[channel] = Sending(channel, False, str(error))
                return
        except Exception as error:  # of a library, whose words may hold the address
            done[channel] = Sending(channel, False, f"could not be sent ({type(error).__name__})")
            return
        sleep(_PAUSE)


def _mail(settings: Notify, notice: Notice, token: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = settings.sender
    mail["To"] = ", ".join(settings.email)
    mail["Subject"] = notice.subject
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = f"<{token}@{str(settings.sender).rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(as_text(notice))
    return mail


def _send_mail(settings: Notify, mail: EmailMessage) -> str:
    where = f"{settings.smtp_host}:{settings.port}"
    try:
        with _smtp(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, _password())
            refused = server.send_message(mail)
    except smtplib.SMTPAuthenticationError as error:
        raise _NotSent(f"could not be sent: {where} refused the log-in ({error.smtp_code})") from None
    except smtplib.SMTPNotSupportedError:
        raise _NotSent(f"could not be sent: {where} offers no STARTTLS, log-in or address of that kind") from None
    except smtplib.SMTPRecipientsRefused:
        raise _NotSent(f"could not be sent: {where} refused every address") from None
    except smtplib.SMTPResponseException as error:
        passing = 400 <= error.smtp_code < 500
        raise _NotSent(f"could not be sent: {where} answered {error.smtp_code}", may_pass=passing) from None
    except ssl.SSLCertVerificationError:
        raise _NotSent(f"could not be sent: the certificate of {where} is not trusted") from None
    except (OSError, smtplib.SMTPException) as error:
        raise _NotSent(
            f"could not be sent: {where} could not be reached ({type(error).__name__})", may_pass=True
        ) from None
    return f"sent, but {where} refused {len(refused)} of {len(settings.email)} addresses" if refused else "sent"


@contextmanager
def _smtp(settings: Notify) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server, encrypted as the settings ask; it is refused rather than left in the open."""
    tls = ssl.create_default_context()
    if settings.smtp_security == "tls":
        with smtplib.SMTP_SSL(settings.smtp_host, settings.port, timeout=_PATIENCE, context=tls) as server:
            yield server
        return
    with smtplib.SMTP(settings.smtp_host, settings.port, timeout=_PATIENCE) as server:
        if settings.smtp_security == "starttls":
            server.starttls(context=tls)
        yield server


def _password() -> str:
    password = _secret(PASSWORD_VARIABLE)
    if not password:
        raise _NotSent(f"could not be sent: smtp_user is set, and {PASSWORD_VARIABLE} is empty")
    return password


def _post(settings: Notify, notice: Notice) -> str:
    url = _secret(WEBHOOK_VARIABLE) or (settings.webhook.get_secret_value() if settings.webhook else "")
    fault = webhook_fault(url)
    if fault:
        raise _NotSent(f"could not be sent: {fault}")
    try:
        with _unlogged():
            answer = requests.post(
                url,
                json=as_card(notice),
                headers={"User-Agent": f"opkoers/{__version__}"},
                timeout=_PATIENCE,
                allow_redirects=False,  # the address is a secret: it is given to nobody else
                stream=True,
            )
            answer.close()
    except requests.exceptions.SSLError:
        raise _NotSent("could not be sent: the certificate of the webhook's host is not trusted") from None
    except requests.RequestException as error:
        words = f"could not be sent: its host could not be reached ({type(error).__name__})"
        raise _NotSent(words, may_pass=True) from None
    if not 200 <= answer.status_code < 300:
        passing = answer.status_code in (408, 429) or answer.status_code >= 500
        raise _NotSent(f"could not be sent: its host answered {answer.status_code}", may_pass=passing)
    return "sent"


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep the HTTP library from logging, in this thread, the address that it posts to."""
    logger, here = logging.getLogger("urllib3.connectionpool"), threading.get_ident()

    def of_others(record: logging.LogRecord) -> bool:
        return record.thread != here

    logger.addFilter(of_others)
    try:
        yield
    finally:
        logger.removeFilter(of_others)


def _secret(variable: str) -> str:
    try:
        return secret(variable)
    except ConfigurationError as error:
        raise _NotSent(f"could not be sent: {error}") from None
