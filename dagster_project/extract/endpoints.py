"""Base addresses of the network sources, and how the environment may move them (to a mirror, or to a stand-in).

Addresses of single tables do not belong here: those follow from the contracts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from dagster_project.errors import ConfigurationError
from dagster_project.legible import is_legible

_DEFAULTS = {
    "OPKOERS_CBS_V3_URL": "https://opendata.cbs.nl/ODataFeed/odata",
    "OPKOERS_CBS_V4_URL": "https://datasets.cbs.nl/odata/v1/CBS",
    "OPKOERS_DUO_URL": "https://onderwijsdata.duo.nl",
}


@dataclass(frozen=True)
class Endpoints:
    """Where each service answers, without a slash at the end."""

    cbs_v3: str = _DEFAULTS["OPKOERS_CBS_V3_URL"]
    cbs_v4: str = _DEFAULTS["OPKOERS_CBS_V4_URL"]
    duo: str = _DEFAULTS["OPKOERS_DUO_URL"]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Endpoints:
        """The addresses that hold now; a variable that is unset or empty leaves the publisher's own.

        Args:
            environ: variables to read; the process's own when left out.

        Raises:
            ConfigurationError: a variable holds no base address. The value is not shown: it may hold a password.
        """
        variables = os.environ if environ is None else environ
        v3, v4, duo = (_checked(name, variables.get(name) or default) for name, default in _DEFAULTS.items())
        return cls(cbs_v3=v3, cbs_v4=v4, duo=duo)


def _checked(name: str, address: str) -> str:
    """A base address without a slash at its end: by https, or by http on this machine itself.

    Raises:
        ConfigurationError: it is another.
    """
    try:
        parts = urlsplit(address)
        is_open = parts.scheme == "http" and _is_this_machine(parts.hostname or "")
        is_sound = (parts.scheme == "https" or is_open) and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_sound = False
    if not is_sound or parts.username is not None or parts.query or parts.fragment or not is_legible(address):
        raise ConfigurationError(
            f"{name} is no base address, expected https://host/path (http only for 127.0.0.1, ::1 or localhost), "
            "without a name, password or question behind it."
        )
    return address.rstrip("/")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
