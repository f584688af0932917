"""Terms of one role that overlap, made into terms that do not: pure, for when two people turn out to be one."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """One term: in force from `start` on and before `end`; None runs on."""

    key: int
    start: dt.date
    end: dt.date | None


@dataclass(frozen=True)
class Cut:
    """What becomes of a term: it ends on `end` already, or goes into `into`, which covers it wholly."""

    key: int
    end: dt.date | None = None
    into: int | None = None


def untangle(spans: Iterable[Span]) -> list[Cut]:
    """The changes after which no day lies in two spans, while every day that lay in one still does.

    Spans without a single day overlap nothing and stay.
    """
    cuts: list[Cut] = []
    current: Span | None = None
    lasting = [span for span in spans if span.end is None or span.end > span.start]
    for span in sorted(lasting, key=lambda span: (span.start, _reverse(span.end), span.key)):
        if current is None or not _reaches(current, span.start):
            current = span
        elif _covers(current, span):
            cuts.append(Cut(span.key, into=current.key))
        else:
            cuts.append(Cut(current.key, end=span.start))
            current = span
    return cuts


def _reverse(end: dt.date | None) -> int:
    """Sorts the longer of two spans that start together first."""
    return -(end or dt.date.max).toordinal()


def _reaches(span: Span, day: dt.date) -> bool:
    return span.end is None or span.end > day


def _covers(span: Span, other: Span) -> bool:
    return span.end is None or (other.end is not None and other.end <= span.end)
