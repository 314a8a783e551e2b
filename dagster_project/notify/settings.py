"""What `[notify]` in `opkoers.toml` may say, and whether it is safe to say it. Sending does not belong here."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Event = Literal["refused", "failed", "unreachable", "set_aside"]
Security = Literal["starttls", "tls", "none"]
Address = Annotated[str, Field(pattern=r'^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$', max_length=254)]
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


class Notify(BaseModel):
    """Whom to tell of a run that needs a person, and how. Empty, as it is by default, nobody is told."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    email: tuple[Address, ...] = ()
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """None: 587 with STARTTLS, 465 with TLS, 25 without."""
    smtp_security: Security = "starttls"
    """`none` is for a mail server on this machine only."""
    smtp_user: str = ""
    """Its password comes from `OPKOERS_SMTP_PASSWORD`, or from the file that `OPKOERS_SMTP_PASSWORD_FILE` names."""
    sender: Annotated[Address | None, Field(alias="from")] = None
    webhook: SecretStr | None = None
    """Address that takes Adaptive Cards, such as that of a Teams workflow. One that bears a token belongs in
    `OPKOERS_WEBHOOK_URL`, which goes before it."""
    on: tuple[Event, ...] = ("refused", "failed", "unreachable")
    """Endings that are told. `set_aside`: published, or nothing new, but some input was left out."""

    @field_validator("webhook")
    @classmethod
    def _is_safe(cls, webhook: SecretStr | None) -> SecretStr | None:
        fault = webhook_fault(webhook.get_secret_value()) if webhook else None
        if fault:
            raise ValueError(fault)
        return webhook

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        if not self.email:
            return self
        missing = [name for name, value in (("smtp_host", self.smtp_host), ("from", self.sender)) if not value]
        if missing:
            raise ValueError(f"email needs {' and '.join(missing)} as well")
        if self.smtp_security == "none" and not is_loopback(self.smtp_host):
            raise ValueError("smtp_security 'none' is for a mail server on this machine; take starttls or tls")
        return self

    @property
    def port(self) -> int:
        """The port to speak to."""
        return self.smtp_port or _PORTS[self.smtp_security]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, by its name or number alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def webhook_fault(url: str) -> str | None:
    """Why an address cannot serve as webhook, in words that do not repeat it; None when it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "the webhook is no address"
    if not host or any(character.isspace() for character in url):
        return "the webhook is no address, expected https://…"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return None
    return "the webhook must begin with https:// (http:// only on this machine)"
