"""dbt's `adapter`, for sqlfluff: it lints the models as DuckDB reads them, without a database.

A dispatched macro stands there as a call of a function of its name, which is what its forms on either engine are.
"""

from collections.abc import Callable


def dispatch(name: str, _package: str) -> Callable[..., str]:
    """What stands in for every form of a macro."""

    def call(*arguments: object) -> str:
        return f"{name}({', '.join(str(argument) for argument in arguments if isinstance(argument, str))})"

    return call
