"""Where a service that sends us on may lead us: never to a connection that is less safe, nor to a stranger."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import SplitResult, urljoin, urlsplit

_HTTPS = 443


def joined(here: str, location: str) -> SplitResult | None:
    """The address that a redirect names, None where it is none."""
    try:
        there = urlsplit(urljoin(here, location))
        return there if there.hostname and there.port != 0 else None  # a port that is no number raises
    except ValueError:
        return None


def may_follow(own: SplitResult, there: SplitResult, hosts: Collection[str]) -> bool:
    """Whether a redirect stays where it may.

    Args:
        own: the address that was asked.
        there: the address that the service names.
        hosts: others that may be followed, by https on its own port.
    """
    if there.username is not None or there.scheme not in ("http", "https"):
        return False
    if there.scheme == "http" and own.scheme == "https":
        return False
    if there.hostname == own.hostname:
        return _port(there) == _port(own) or (own.port, there.port) == (None, None)  # http to https, both by default
    return there.hostname in hosts and there.scheme == "https" and _port(there) == _HTTPS


def _port(address: SplitResult) -> int:
    return address.port or (_HTTPS if address.scheme == "https" else 80)
