"""The errors a user may meet, each with the exit code of the command that raises it.

Every message says what was found, what was expected and the way out, in one or two lines. What does not belong
here: faults of the program itself, which stay ordinary exceptions and end as exit code 1.
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

EXIT_OK = 0
EXIT_INTERNAL = 1
EXIT_USAGE = 2
EXIT_GATE = 3
EXIT_UNREACHABLE = 4
EXIT_SET_ASIDE = 5
EXIT_VERIFY = 6


class OpkoersError(Exception):
    """A failure that a user can act on. The text is the whole message; `exit_code` ends the command."""

    exit_code: int = EXIT_INTERNAL


class ConfigurationError(OpkoersError):
    """The command, the workspace or a contract is not as it should be."""

    exit_code = EXIT_USAGE


class GateRefused(OpkoersError):
    """A critical expectation failed, or a gate could not be run: nothing is published."""

    exit_code = EXIT_GATE


class SourceUnreachable(OpkoersError):
    """A source did not answer soundly after every retry."""

    exit_code = EXIT_UNREACHABLE


class PostgresUnreachable(OpkoersError):
    """The server that serves BI does not answer; the publication in files stands."""

    exit_code = EXIT_UNREACHABLE


class UnsoundData(OpkoersError):
    """Input arrived whole but is not what its contract promises: it is set aside, never loaded."""

    exit_code = EXIT_SET_ASIDE


class VerificationFailed(OpkoersError):
    """Stored bytes or a rebuilt table differ from what was recorded."""

    exit_code = EXIT_VERIFY


class MachineFault(OpkoersError):
    """The machine refused: no room, no permission, a failing disk. Neither the program nor its input is wrong."""

    exit_code = EXIT_INTERNAL


NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_TOO_LARGE = (errno.EFBIG,)
_NO_PERMISSION = (errno.EACCES, errno.EPERM)
_BROKEN = (errno.EIO, errno.EROFS)
_SAID = (
    # what libraries say that hand on no number of the system's own
    (NO_ROOM, re.compile(r"no space left on device|disk is full|disk quota exceeded", re.IGNORECASE)),
    (_TOO_LARGE, re.compile(r"file too large", re.IGNORECASE)),
    (
        _NO_PERMISSION,
        re.compile(
            r"permission denied|operation not permitted|readonly database|unable to open database", re.IGNORECASE
        ),
    ),
    (_BROKEN, re.compile(r"input/output error|disk i/o error|read-only file system", re.IGNORECASE)),
)
_FILE_IN_QUOTES = re.compile(r"""["'](/[^"'\n]+|[A-Za-z]:[\\/][^"'\n]+)["']""")
_MEGABYTE = 1_000_000


def chain_of(error: BaseException) -> list[BaseException]:
    """An error, what it was raised from, and so on down to the first."""
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) and inner not in chain:
        chain.append(inner)
    return chain


def machine_fault(error: BaseException) -> MachineFault | None:
    """What the machine refused, said plainly, when that is what stopped the program; else None."""
    for each in reversed(chain_of(error)):
        for codes, file in _refusals(each):
            return MachineFault(_refusal(codes, file))
    return None


def ending_of(error: BaseException) -> tuple[str, int]:
    """What to say of an error that ends a command, and the exit code."""
    told = error if isinstance(error, OpkoersError) else machine_fault(error)
    if told:
        return str(told), told.exit_code
    said = f"Internal error: {type(error).__name__}: {error}. Run again with --debug for the traceback."
    return said, EXIT_INTERNAL


def _refusals(error: BaseException) -> Iterator[tuple[tuple[int, ...], str | None]]:
    """The kind of refusal that an error tells of, if any, and the file that it names."""
    if isinstance(error, OpkoersError):
        return
    text = str(error)
    quoted = _FILE_IN_QUOTES.search(text)
    file = getattr(error, "filename", None) or (quoted.group(1) if quoted else None)
    number = error.errno if isinstance(error, OSError) else None
    for codes, said in _SAID:
        if number in codes if number is not None else said.search(text):
            yield codes, str(file) if file else None


def _refusal(codes: tuple[int, ...], file: str | None) -> str:
    at = f" for {file}" if file else ""
    if codes == NO_ROOM:
        return f"No room left on the disk{at}{_free(file)}. Make room, then run again."
    if codes == _TOO_LARGE:
        return f"A limit on the size of files leaves no room{at} (see: ulimit -f). Lift it, then run again."
    if codes == _NO_PERMISSION:
        return (
            f"No permission{at or ' for a file of the workspace'}. Give it to the user who runs this, then run again."
        )
    return f"The disk failed{at}, or may not be written to. Have it looked at, then run again."


def _free(file: str | None) -> str:
    """How much room the disk of a file has, where that can be asked."""
    if file is None:
        return ""
    folder = next((parent for parent in Path(file).parents if parent.is_dir()), None)
    return f" ({shutil.disk_usage(folder).free // _MEGABYTE} MB free)" if folder else ""
