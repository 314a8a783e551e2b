"""SQL that reads cells of text by the contract: typed values, and the checks that set a row aside.

One place for both ways in which rows are read, one by one or added up: the same expressions say what a cell means. What
happens to sound and faulty rows does not belong here (intake.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster_project.contracts import ANY_CODE, Column, Dataset, FileFormat
from dagster_project.extract.personal import PERSONAL_NUMBER
from dagster_project.registration.convert import sql_text

HASHED = ("client", "bsn", "key")
"""Column types whose cells become keyed hashes."""
CODE_COLUMNS = ("product_code", "regeling_code", "kode_regeling")
"""Columns whose code says what was provided."""
_CHARACTERS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What Python's `strip` takes off."""
_SPACE = sql_text(_CHARACTERS)
_TIME = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"
_OPEN_END = "date '9999-12-31'"
_FIRST_DAY, _LAST_DAY = "date '1900-01-01'", "date '2100-12-31'"
"""Days outside are taken for typing errors."""
_NO_AMOUNT = 10_000_000
"""Euros: the smallest number that may be a BSN."""
_SHOWN_CODE = "[A-Za-z0-9]{1,8}"
"""A code that an error may show: letters and digits, too few of the latter for a date or a number of a person."""


@dataclass(frozen=True)
class Check:
    """One reason to set a row aside.

    Attributes:
        target: column of the confidential table.
        kind: one word for the reason.
        condition: SQL that is true where the row is faulty.
        sentence: the reason in words, without any value.
        shows_code: whether the code that is not known may stand behind the sentence.
    """

    target: str
    kind: str
    condition: str
    sentence: str
    shows_code: bool = False


def written(target: str) -> str:
    """Name of the text of a cell, trimmed, null where it is empty."""
    return f'"w_{target}"'


def value(target: str) -> str:
    """Name of what the text stands for, null where it is not of its kind."""
    return f'"v_{target}"'


def usual(target: str) -> str:
    """Name of what the first look at a date found."""
    return f'"u_{target}"'


def trimmed(text: str) -> str:
    """SQL for a cell as text without outer space, null where nothing is left."""
    return f"nullif(trim({text}, {_SPACE}), '')"


def usual_date(column: Column, text: str, file_format: FileFormat) -> str:
    """SQL for the first look at a cell, which reads nearly all dates; null for cells of another type."""
    if column.type not in ("date", "month"):
        return "null"
    day = f"try_strptime({text}, {sql_text(file_format.date_format)})"
    return f"case when strlen({text}) = 10 then cast({day} as date) end"


def value_of(column: Column, text: str, file_format: FileFormat, usual: str) -> str:
    """SQL for the value of a cell.

    Args:
        column: the contract's column.
        text: SQL for the cell as text; numbers and dates may have outer space, all else is trimmed.
        file_format: how numbers and dates are written.
        usual: name of what `usual_date` found; it must be a column, or DuckDB reads the date several times.

    Returns:
        A date, a decimal(18, 4), the normal spelling of a number that is to be hashed, or text; null where the text is
        not of the column's kind.
    """
    if column.type in ("date", "month"):
        is_month = column.type == "month"
        found = _date(text, file_format.date_format)
        other = _month(text, found) if is_month else f"nullif({found}, {_OPEN_END})"
        day = f"date_trunc('month', {usual})" if is_month else usual
        return f"case when {usual} between {_FIRST_DAY} and {_LAST_DAY} then {day} else {other} end"
    if column.type in ("decimal", "integer"):
        return _decimal(text, file_format.decimal)
    if column.type in HASHED:
        return normal_number(text, is_bsn=column.type == "bsn")
    if column.allowed:
        return _one_of(text, {**{one: one for one in column.allowed}, **column.values})
    return text


def checks_of(columns: Mapping[str, Column], dataset: Dataset, code_column: str | None) -> list[Check]:
    """The checks of one table, in the order in which they count: one fault per row, that of the first column.

    Args:
        columns: target to the column that fills it, for those that the file has.
        dataset: the contract.
        code_column: target whose code must be known; None where the contract knows no codes.
    """
    checks: list[Check] = []
    for target, column in columns.items():
        checks += _checks_of_cell(target, column, dataset)
        if target == code_column:
            sentence = f"is not known: no category has it; add it to mappings/{dataset.dataset_id}.yml"
            known = "c_wet is null and c_category is null"
            checks.append(
                Check(target, "unknown_code", f"{written(target)} is not null and {known}", sentence, shows_code=True)
            )
        if column.not_before and column.not_before in columns:
            condition = f"{value(target)} < {value(column.not_before)}"
            checks.append(Check(target, "end_before_start", condition, "lies before the start, expected it or later"))
    if code_column and "wet" in columns:
        differs = f"{value('wet')} <> c_wet"
        checks.append(Check("wet", "not_allowed", differs, "is another act than that of the product code"))
    return checks


def code_key(code: str) -> str:
    """How codes are compared: without case, and without the leading zeros that spreadsheets drop."""
    return code.lstrip("0") if code.isascii() and code.isdigit() else code.lower()


def code_key_of(text: str) -> str:
    """SQL for `code_key`."""
    return f"case when regexp_full_match({text}, '[0-9]+') then ltrim({text}, '0') else lower({text}) end"


def shown_code(text: str) -> str:
    """SQL for a code as an error may show it, null where it may be more than a code."""
    digits = f"length(regexp_replace({text}, '[^0-9]', '', 'g'))"
    is_code = f"regexp_full_match({text}, '{_SHOWN_CODE}') and {digits} between 1 and 4"
    is_postcode = f"regexp_full_match({text}, '[0-9]{{4}}[A-Za-z]{{2}}')"
    return f"case when {is_code} and not {is_postcode} then {text} end"


def normal_number(text: str, *, is_bsn: bool = False) -> str:
    """SQL for `pseudonym.normalise`, null where no number is left; a BSN loses the separators within it as well."""
    bare = f"regexp_replace({text}, '[ .-]', '', 'g')"
    number = f"case when regexp_full_match({text}, '[0-9][0-9 .-]*') then {bare} else {text} end" if is_bsn else text
    return (
        f"nullif(case when regexp_full_match({number}, '\\p{{Nd}}+') then ltrim({number}, '0') else {number} end, '')"
    )


def hashed(number: str) -> str:
    """SQL for HMAC-SHA-256 (RFC 2104) over a number, with the padded keys as the parameters inner and outer."""
    return f"sha256($outer || unhex(sha256($inner || encode({number}))))"


def _checks_of_cell(target: str, column: Column, dataset: Dataset) -> list[Check]:
    text, found = written(target), value(target)
    expected = _expected(column, dataset.format)
    checks: list[Check] = []
    if column.required:
        missing = found if column.type in HASHED else text
        checks.append(Check(target, "missing_value", f"{missing} is null", f"is empty, expected {expected}"))
    if column.type in ("date", "month", "decimal", "integer"):
        kind = "not_a_number" if column.type in ("decimal", "integer") else "impossible_date"
        is_open = f" and not {_is_open(text)}" if column.type == "date" and not column.required else ""
        unread = f"{text} is not null and {found} is null{is_open}"
        checks.append(Check(target, kind, unread, f"is not {expected}"))
    if column.type == "decimal":
        # a column that has shifted: no single line is so large, and every BSN is
        too_large = f"abs({found}) >= {_NO_AMOUNT}"
        checks.append(Check(target, "personal_number_in_text", too_large, "is a number as long as a BSN"))
    if column.type == "decimal" and dataset.negative_is_fault:
        checks.append(Check(target, "negative_amount", f"{found} < 0", "is below zero, expected zero or more"))
    if column.type == "bsn":
        checks.append(Check(target, "bsn_fails_elfproef", _fails_elfproef(found), f"is not {expected}"))
    if column.type == "text" and column.allowed:
        unread = f"{text} is not null and {found} is null"
        checks.append(Check(target, "not_allowed", unread, f"is not {expected}"))
    elif column.type == "text":
        holds = f"regexp_matches({text}, {sql_text(PERSONAL_NUMBER.pattern)})"
        checks.append(Check(target, "personal_number_in_text", holds, "holds a number as long as a BSN"))
    return checks


def _expected(column: Column, file_format: FileFormat) -> str:
    if column.type in ("date", "month"):
        words = file_format.date_format.replace("%d", "dd").replace("%m", "mm").replace("%Y", "yyyy")
        others = ["yyyy-mm-dd", *(["yyyy-mm", "yyyymm"] if column.type == "month" else [])]
        return f"a real date written {' or '.join(dict.fromkeys((words, *others)))}"
    if column.type in ("decimal", "integer"):
        return f"a number written as 1240 or 48{file_format.decimal}1"
    if column.type in HASHED:
        return {"client": "a client number", "bsn": "a BSN that passes the elfproef", "key": "a number"}[column.type]
    return f"one of {', '.join(column.allowed)}" if column.allowed else "text"


def _date(text: str, date_format: str) -> str:
    """A real date in the contract's form or in ISO form, a time behind it left off, of 1900 to 2100 or 9999-12-31."""
    formats = f"[{', '.join(sql_text(one) for one in dict.fromkeys((date_format, '%Y-%m-%d')))}]"
    bare = f"regexp_replace({trimmed(text)}, '{_TIME}', '')"
    found = f"cast(coalesce(try_strptime({text}, {formats}), try_strptime({bare}, {formats})) as date)"
    is_likely = f"{found} between {_FIRST_DAY} and {_LAST_DAY}"
    return f"case when {is_likely} or {found} = {_OPEN_END} then {found} end"


def _is_open(text: str) -> str:
    """Whether a date is the last day that can be written, which registrations use for an open end."""
    return f"regexp_matches({text}, '^(9999-12-31|31[^0-9]12[^0-9]9999)')"


def _month(text: str, found: str) -> str:
    digits = f"regexp_extract({trimmed(text)}, '^((?:19|20)[0-9]{{2}})(?:-(0[1-9]|1[0-2])$|(0[1-9]|1[0-2])[0-9]*$)', "
    parts = f"try_strptime({digits}1) || '-' || {digits}2) || {digits}3), '%Y-%m')"
    return f"date_trunc('month', coalesce(nullif({found}, {_OPEN_END}), cast({parts} as date)))"


def _decimal(text: str, decimal: str) -> str:
    """A number in the contract's spelling; with a decimal comma, points may group its thousands."""
    point = "\\." if decimal == "." else ","
    plain = f"-?[0-9]+({point}[0-9]+)?"
    grouped = f"{plain}|-?[0-9]{{1,3}}(\\.[0-9]{{3}})+(,[0-9]+)?" if decimal == "," else plain
    bare = f"replace({trimmed(text)}, '.', '')" if decimal == "," else trimmed(text)
    number = "try_cast(replace({}, ',', '.') as decimal(18, 4))".format
    slow = f"case when regexp_full_match({trimmed(text)}, '{grouped}') then {number(bare)} end"
    return f"case when regexp_full_match({text}, '{plain}') then {number(text)} else {slow} end"


def _one_of(text: str, values: Mapping[str, str]) -> str:
    """The value that a text stands for, by a table of texts compared without case."""
    spelt: dict[str, str] = {}
    for one, found in values.items():
        spelt[one.lower()] = found
        spelt.setdefault(code_key(one), found)
    other = spelt.pop(ANY_CODE, None)
    cases = " ".join(f"when {sql_text(one)} then {sql_text(found)}" for one, found in spelt.items())
    fallback = f"case when {text} is not null then {sql_text(other)} end" if other else "null"
    return f"case lower({text}) {cases} else {fallback} end"


def _fails_elfproef(number: str) -> str:
    digits = " + ".join(
        f"{weight} * (try_cast({number} as bigint) // {10**power} % 10)"
        for weight, power in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), range(8, -1, -1), strict=True)
    )
    passes = f"regexp_full_match({number}, '[1-9][0-9]{{6,8}}') and ({digits}) % 11 = 0"
    return f"{number} is not null and not coalesce({passes}, false)"


def fault_of(checks: Sequence[Check]) -> str:
    """SQL for the number of the first check that a row fails, from 1; null for a sound row."""
    if not checks:
        return "cast(null as integer)"
    cases = " ".join(f"when {check.condition} then {number}" for number, check in enumerate(checks, start=1))
    return f"case {cases} end"
