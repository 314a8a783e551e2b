"""Another day for a whole process: Python imports this by its name before anything else, when it is on its path.

Every clock of Python that tells the time of day is shifted by OTHER_DAY_SECONDS: `time`, `datetime` and `date`. Clocks
that only measure, such as `monotonic`, are left alone. What is written in other languages asks the system itself; that
the models ask no clock is tested in `tests/contracts/test_dbt_project.py`.
"""

import datetime
import os
import time
from typing import Any

_SHIFT = float(os.environ["OTHER_DAY_SECONDS"])
_DELTA = datetime.timedelta(seconds=_SHIFT)
_time, _time_ns = time.time, time.time_ns
_localtime, _gmtime, _strftime = time.localtime, time.gmtime, time.strftime
_Date, _DateTime = datetime.date, datetime.datetime


class _IsDate(type):
    """Dates that were made elsewhere are dates all the same."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, _DateTime if issubclass(cls, _DateTime) else _Date)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _DateTime if _DateTime in cls.__mro__ else _Date)


class _OtherDate(_Date, metaclass=_IsDate):
    @classmethod
    def today(cls) -> datetime.date:
        return (_DateTime.now() + _DELTA).date()


class _OtherDateTime(_DateTime, metaclass=_IsDate):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return _DateTime.fromtimestamp(_time() + _SHIFT, tz)

    @classmethod
    def today(cls) -> datetime.datetime:
        return _DateTime.fromtimestamp(_time() + _SHIFT)

    @classmethod
    def utcnow(cls) -> datetime.datetime:
        return _DateTime.fromtimestamp(_time() + _SHIFT, datetime.timezone.utc).replace(tzinfo=None)  # noqa: UP017


datetime.date, datetime.datetime = _OtherDate, _OtherDateTime  # type: ignore[misc]
time.time = lambda: _time() + _SHIFT
time.time_ns = lambda: _time_ns() + int(_SHIFT) * 1_000_000_000
time.localtime = lambda seconds=None: _localtime(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: _gmtime(time.time() if seconds is None else seconds)
time.strftime = lambda form, moment=None: _strftime(form, _localtime(time.time()) if moment is None else moment)
