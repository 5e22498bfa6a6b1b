"""A notebook is written as the standard library would write it."""

from __future__ import annotations

import enum
import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from third_pillar.execution.documents import Node
from third_pillar.execution.indented_json import write_indented

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
DATA = st.recursive(
    SCALARS,
    lambda part: (
        st.lists(part) | st.tuples(part, part) | st.dictionaries(st.text(max_size=4), part)
    ),
    max_leaves=40,
)


def as_the_library(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


@given(DATA)
def test_plain_data_is_written_byte_for_byte_as_the_library_does(value):
    """Nested or not, empty, not finite, with signs of any kind."""
    assert write_indented(value) == as_the_library(value)


class _Word(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return "never this"


class _Kind(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    "value",
    [
        Node(b=Node(), a=[Node(x=1)]),
        [_Word("w"), _Kind.ONE, True, False, 1e16, 1e-7, -0.0, 10**30],
        {"\ud800": '\udfff\u2028\x00"\\'},
        [[], {}, "", 0, None, [[]], {"": {}}],
    ],
)
def test_kinds_of_their_own_are_written_as_what_they_are(value):
    """Nodes as mappings, words as texts, members as numbers; an empty part stays on its line."""
    assert write_indented(value) == as_the_library(value)


def test_what_json_cannot_hold_is_refused_as_by_the_library():
    """Nothing is written as its own representation."""
    for value in ({"a": SimpleNamespace()}, [object()], {1, 2}, b"x"):
        with pytest.raises(TypeError, match="not JSON serializable"):
            write_indented(value)
