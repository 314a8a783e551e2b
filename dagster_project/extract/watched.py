"""Connections that can be cut off while somebody reads from them, and that follow nothing by themselves.

A read time-out starts anew with every byte, so a server that drips holds a request for ever. The only way to stop a
read that is under way is to shut its socket from another thread; so the sockets of the asking thread are remembered.
What is asked, how often, and what an answer means does not belong here.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

_asking = threading.local()


def _sockets_of_this_thread() -> WeakSet[socket.socket]:
    if not hasattr(_asking, "sockets"):
        _asking.sockets = WeakSet()
    found: WeakSet[socket.socket] = _asking.sockets
    return found


class _WatchedConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        if self.sock is not None:
            _sockets_of_this_thread().add(self.sock)


class _WatchedSecureConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        if self.sock is not None:
            _sockets_of_this_thread().add(self.sock)


class _WatchedPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _WatchedConnection


class _WatchedSecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _WatchedSecureConnection


_WATCHED_POOLS: dict[str, type[urllib3.HTTPConnectionPool]] = {"http": _WatchedPool, "https": _WatchedSecurePool}


class Session(requests.Session):
    """A session that follows nothing by itself, nor looks where it leads, which breaks on what is no address."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        del resp


class WatchedAdapter(HTTPAdapter):
    """Makes connections whose sockets are remembered, straight or through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _WATCHED_POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _WATCHED_POOLS
        return manager


@contextmanager
def cut_off_after(seconds: float) -> Iterator[threading.Event]:
    """Shut this thread's sockets when the time is over; the event tells that it happened."""
    sockets = _sockets_of_this_thread()
    happened = threading.Event()

    def shut() -> None:
        happened.set()
        for open_socket in list(sockets):
            with suppress(OSError):
                # the plain socket's own method: SSLSocket.shutdown pulls the TLS object from under the reading thread
                socket.socket.shutdown(open_socket, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield happened
    finally:
        timer.cancel()
