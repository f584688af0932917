import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.overlap import Cut, Span, untangle


def day(number: int | None) -> dt.date | None:
    return None if number is None else dt.date(2026, 1, 1) + dt.timedelta(days=number)


@pytest.mark.parametrize(
    ("spans", "cuts"),
    [
        ([], []),
        ([(1, 0, 5), (2, 5, None)], []),
        ([(1, 0, None), (2, 3, None)], [Cut(2, into=1)]),
        ([(1, 3, None), (2, 0, None)], [Cut(1, into=2)]),
        ([(1, 0, None), (2, 0, None)], [Cut(2, into=1)]),
        ([(1, 0, 5), (2, 0, None)], [Cut(1, into=2)]),
        ([(1, 0, 9), (2, 3, 5)], [Cut(2, into=1)]),
        ([(1, 0, 9), (2, 3, 9)], [Cut(2, into=1)]),
        ([(1, 0, 9), (2, 3, None)], [Cut(1, end=day(3))]),
        ([(1, 0, 4), (2, 3, 7), (3, 6, 9)], [Cut(1, end=day(3)), Cut(2, end=day(6))]),
        ([(1, 0, 9), (2, 1, 2), (3, 8, 12)], [Cut(2, into=1), Cut(1, end=day(8))]),
        ([(1, 0, 9), (2, 3, 3)], []),
    ],
)
def test_untangle(spans, cuts):
    assert untangle(Span(key, day(start), day(end)) for key, start, end in spans) == cuts


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(0, 20))).filter(
            lambda pair: pair[1] is None or pair[1] >= pair[0]
        ),
        max_size=8,
    )
)
def test_untangled_spans_cover_the_same_days_once(pairs):
    before = {key: Span(key, day(start), day(end)) for key, (start, end) in enumerate(pairs)}
    after = dict(before)
    for cut in untangle(before.values()):
        if cut.into is not None:
            del after[cut.key]
        else:
            after[cut.key] = Span(cut.key, after[cut.key].start, cut.end)
    for number in range(25):
        on = day(number)
        was = [span for span in before.values() if _holds(span, on)]
        now = [span for span in after.values() if _holds(span, on)]
        assert len(now) == min(len(was), 1)


def _holds(span, on):
    return span.start <= on and (span.end is None or span.end > on)
