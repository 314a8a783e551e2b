"""What the machine refuses is said in one plain sentence, whichever library met it."""

from __future__ import annotations

import errno
import sqlite3

import pytest

from dagster_project.errors import ConfigurationError, ending_of, machine_fault


def caused(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), "No room left on the disk for /data/x ("),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "No room left on the disk. Make room"),
        (OSError(errno.EFBIG, "File too large"), "A limit on the size of files leaves no room (see: ulimit -f)"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/x"), "No permission for /data/x."),
        (OSError(errno.EIO, "Input/output error", "/data/x"), "The disk failed for /data/x"),
        (sqlite3.OperationalError("database or disk is full"), "No room left"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "No permission for a file of the workspace"),
        (
            RuntimeError('dbt model m: IO Error: Could not write file "/data/w.duckdb": No space left on device'),
            "No room left on the disk for /data/w.duckdb (",
        ),
        (caused(RuntimeError("dbt build stopped"), OSError(errno.EIO, "Input/output error")), "The disk failed"),
    ],
)
def test_a_refusal_of_the_machine_is_told(error: Exception, told: str) -> None:
    text, code = ending_of(error)
    assert text.startswith(told)
    assert "run again" in text
    assert (code, "\n" in text) == (1, False)


def test_other_errors_are_no_fault_of_the_machine() -> None:
    assert machine_fault(ValueError("Permission is a word")) is None
    assert machine_fault(FileNotFoundError(errno.ENOENT, "No such file or directory", "/x")) is None
    assert ending_of(ValueError("x")) == (
        "Internal error: ValueError: x. Run again with --debug for the traceback.",
        1,
    )


def test_an_error_of_our_own_stands_whatever_it_quotes() -> None:
    error = caused(ConfigurationError("no key: permission denied"), PermissionError(13, "Permission denied", "/k"))
    assert ending_of(error) == ("no key: permission denied", 2)
