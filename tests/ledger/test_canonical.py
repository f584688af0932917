"""One spelling for one content, whatever it passed through."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import NotCanonical, canonical, moment

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def test_canonical_sorts_keys_and_leaves_characters_alone():
    assert canonical({"b": 1, "a": ["名", None]}) == '{"a":["名",null],"b":1}'.encode()


@given(VALUES)
def test_canonical_survives_json(value):
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_moment_is_utc_with_microseconds():
    at = dt.datetime(2026, 3, 5, 16, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert moment(at) == "2026-03-05T08:00:00.000000Z"


def test_moment_refuses_a_naive_time():
    with pytest.raises(NotCanonical):
        moment(dt.datetime(2026, 3, 5))  # noqa: DTZ001
