"""The errors a user may meet, each with the exit code of the command that raises it.

Every message says what was found, what was expected and the way out, in one or two lines. What does not belong
here: faults of the program itself, which stay ordinary exceptions and end as exit code 1.
"""

from __future__ import annotations

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
