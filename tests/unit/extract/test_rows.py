"""Duplicates across pages, and names that are nearly right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.extract.rows import ConflictingRows, SeenRows, nearest

Rows = list[tuple[tuple[str], int]]


@given(st.lists(st.lists(st.tuples(st.tuples(st.sampled_from("abcdefgh")), st.integers(0, 1)), max_size=8), max_size=5))
def test_seen_rows_agree_with_a_dictionary(pages: list[Rows]) -> None:
    seen, known, duplicates = SeenRows(), dict[tuple[str], int](), 0
    for page in pages:
        expected, conflict = [], False
        for key, value in page:
            expected.append(key not in known)
            conflict = conflict or known.get(key, value) != value
            duplicates += key in known
            known.setdefault(key, value)
        keys, values = [key for key, _ in page], [value for _, value in page]
        if conflict:
            with pytest.raises(ConflictingRows):
                seen.admit(keys, values)
            return
        assert seen.admit(keys, values).tolist() == expected
        assert seen.duplicates == duplicates


def test_the_nearest_names_are_named() -> None:
    assert nearest("WmoClienten", ["WmoClienten_89", "Mannen_6"]) == "WmoClienten_89"
    assert nearest("x", []) == "none at all"
