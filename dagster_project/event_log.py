"""Where Dagster keeps what a run tells, on a machine without a database server.

The library's own storage in SQLite opens its files anew for each of the 1,300 events of a refresh: eleven seconds of
the processor, where kept connections take four. What is stored, and in which files, is the same. A server's records are
in PostgreSQL (`deploy/dagster.yaml`), and left to the library.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

_KEPT = 4
"""Files that stay open: the index over all runs, and the runs asked for last."""


def open_records(home: Path) -> dg.DagsterInstance:
    """Dagster's records in a folder with a `dagster.yaml`; use them as a context manager."""
    reference = InstanceRef.from_dir(str(home))
    storage = reference.storage_data
    if storage and storage.class_name == DagsterSqliteStorage.__name__:
        kept = ConfigurableClassData(__name__, KeptSqliteStorage.__name__, storage.config_yaml)
        reference = reference._replace(storage_data=kept)
    return dg.DagsterInstance.from_ref(reference)


class KeptSqliteStorage(DagsterSqliteStorage):
    """Dagster's records in SQLite, with another event log."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Records in a folder, made where they are not there.

        Args:
            base_dir: the folder.
            inst_data: how Dagster was told of this class.
        """
        super().__init__(base_dir, inst_data)
        folder = self._event_log_storage._base_dir
        self._event_log_storage.dispose()
        self._event_log_storage = KeptSqliteEventLogStorage(folder)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> KeptSqliteStorage:
        """As a configuration says; the library's own would make the library's own."""
        return cls(config_value["base_dir"], inst_data)


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """Dagster's event log in SQLite, a file per run and an index, with connections that are used again."""

    def __init__(self, base_dir: str) -> None:
        """An event log in a folder, made where it is not there."""
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = _engine(self.conn_string_for_shard(shard))
        if shard not in self._initialized_dbs:
            self._initdb(self._engines[shard])
            self._initialized_dbs.add(shard)
        self._engines.move_to_end(shard)
        while len(self._engines) > _KEPT:
            self._engines.popitem(last=False)[1].dispose()
        return self._engines[shard]

    def dispose(self) -> None:
        """Let go of the files."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()


def _engine(address: str) -> Engine:
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=-1,  # what is read while something else is being read gets a connection of its own
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _spare_the_disk)
    return engine


def _spare_the_disk(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Do not wait for the disk at each event: after a power cut the last ones may be gone, the file is sound."""
    connection.execute("pragma synchronous = normal")
