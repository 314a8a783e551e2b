"""The part of OData's `$filter` that the contracts use: eq, ne, ge, gt, le, lt, and, or, startswith, substringof."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[(),]|\w+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}


def compile_filter(text: str) -> Test:
    """A test for one row.

    Raises:
        ValueError: the filter is not of the part that is known here.
    """
    parser = _Parser(_tokens(text))
    test = parser.either()
    if parser.tokens:
        raise ValueError(f"unexpected {parser.tokens[0]!r}")
    return test


def comparisons(text: str) -> list[tuple[str, str, str]]:
    """Every column that a filter looks at, with how it compares it and the text that it compares it with.

    Raises:
        ValueError: the filter is not of the part that is known here.
    """
    parser = _Parser(_tokens(text))
    parser.either()
    return parser.comparisons


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"unexpected {text[at : at + 10]!r}")
        tokens.append(match.group(1))
        at = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.comparisons: list[tuple[str, str, str]] = []

    def either(self) -> Test:
        parts = [self.both()]
        while self._peek() == "or":
            self._take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def both(self) -> Test:
        parts = [self.single()]
        while self._peek() == "and":
            self._take()
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def single(self) -> Test:
        token = self._take()
        if token == "(":
            inner = self.either()
            self._expect(")")
            return inner
        if token == "startswith":
            column, prefix = self._arguments()
            self.comparisons.append((column, token, _text(prefix)))
            return lambda row: str(row[column]).startswith(_text(prefix))
        if token == "substringof":
            part, column = self._arguments()
            self.comparisons.append((column, token, _text(part)))
            return lambda row: _text(part) in str(row[column])
        how = self._take()
        compare = _COMPARE.get(how)
        if compare is None:
            raise ValueError(f"no comparison after {token!r}")
        wanted = _text(self._take())
        self.comparisons.append((token, how, wanted))
        return lambda row: compare(row[token], wanted)

    def _arguments(self) -> tuple[str, str]:
        self._expect("(")
        first = self._take()
        self._expect(",")
        second = self._take()
        self._expect(")")
        return first, second

    def _peek(self) -> str | None:
        return self.tokens[0] if self.tokens else None

    def _take(self) -> str:
        if not self.tokens:
            raise ValueError("the filter ends too early")
        return self.tokens.pop(0)

    def _expect(self, token: str) -> None:
        found = self._take()
        if found != token:
            raise ValueError(f"{found!r} instead of {token!r}")


def _text(token: str) -> str:
    if not (token.startswith("'") and token.endswith("'") and len(token) > 1):
        raise ValueError(f"{token!r} is not a text in quotes")
    return token[1:-1].replace("''", "'")
