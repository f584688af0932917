"""What happened in a SIG's repositories since its last meeting: figures against the period before."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from members.charts import BarChart, bar_chart
from members.models import Contribution, Person, Sig
from reviews.medians import Merge, by_month, filled, firsts_of_months, median, start_of
from reviews.models import PullRequest
from reviews.wording import duration_words

from .due_topics import plain
from .models import Meeting

# Without an earlier meeting: so far back.
FIRST_PERIOD = dt.timedelta(days=30)
# A meeting further ahead has no digest yet: it would be that of the one before it.
AHEAD = dt.timedelta(days=31)
MONTHS_SHOWN = 6
NEWCOMERS_NAMED = 30


@dataclass(frozen=True)
class Figures:
    """Of the pull requests merged in a period; medians are None of none."""

    merged: int
    to_first_review: dt.timedelta | None
    to_merge: dt.timedelta | None


@dataclass(frozen=True)
class Digest:
    """From `since` to `until` (aware UTC); `before`: the period of the same length before that.

    `last` is the meeting at `since`, None where there was none. `closed`: without being merged.
    `more`: newcomers beyond those named.
    """

    sig: Sig
    last: Meeting | None
    since: dt.datetime
    until: dt.datetime
    opened: int
    closed: int
    now: Figures
    before: Figures
    newcomers: Sequence[Person]
    more: int
    chart: BarChart

    @property
    def sentences(self) -> list[str]:
        """In the language of the page; names of newcomers are not among them."""
        opened = ngettext("新开 %(count)d 个", "新开 %(count)d 个", self.opened)
        closed = ngettext("未合入而关闭 %(count)d 个", "未合入而关闭 %(count)d 个", self.closed)
        merged = ngettext(
            "合入 %(count)d 个拉取请求（上一时期 %(before)d 个）",
            "合入 %(count)d 个拉取请求（上一时期 %(before)d 个）",
            self.now.merged,
        )
        return [
            _("%(merged)s，%(opened)s，%(closed)s。")
            % {
                "merged": merged % {"count": self.now.merged, "before": self.before.merged},
                "opened": opened % {"count": self.opened},
                "closed": closed % {"count": self.closed},
            },
            _("从提交到首次评审的中位时间：%(now)s（上一时期：%(before)s）。")
            % _medians(self.now.to_first_review, self.before.to_first_review),
            _("从提交到合入的中位时间：%(now)s（上一时期：%(before)s）。")
            % _medians(self.now.to_merge, self.before.to_merge),
        ]

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day, of the SIG's calendar."""
        return self.sig.day_of(self.since), self.sig.day_of(self.until)


def digest_of(meeting: Meeting, at: dt.datetime) -> Digest | None:
    """For a meeting's page at an instant (aware): up to then, or up to the meeting when it is past.

    None for one that is called off, too far ahead or no sooner than the one before. Select `sig`.
    At most eight queries.
    """
    if meeting.state == Meeting.State.CANCELLED or meeting.starts_at > at + AHEAD:
        return None
    until = min(at, meeting.starts_at)
    last = _last_before(meeting)
    since = last.starts_at if last else until - FIRST_PERIOD
    if since >= until:
        return None
    return _digest(meeting.sig, last, since, until)


def _last_before(meeting: Meeting) -> Meeting | None:
    held = Meeting.objects.filter(
        sig=meeting.sig,
        state=Meeting.State.HELD,
        kind=Meeting.Kind.REGULAR,
        starts_at__lt=meeting.starts_at,
    )
    return held.select_related("sig", "series").order_by("-starts_at", "-pk").first()


def _digest(sig: Sig, last: Meeting | None, since: dt.datetime, until: dt.datetime) -> Digest:
    ids = list(sig.repositories.values_list("pk", flat=True))
    pulls = PullRequest.objects.filter(repository__in=ids)
    before = since - (until - since)
    today = sig.day_of(until)
    months = firsts_of_months(today, MONTHS_SHOWN)
    merges = _merges(ids, min(before, start_of(months[0], sig.zone)), until)
    in_months = (merge for merge in merges if sig.day_of(merge[0]) >= months[0])
    found = filled(by_month(in_months, sig.zone), months)
    newcomers = _newcomers(sig, since, until)
    return Digest(
        sig=sig,
        last=last,
        since=since,
        until=until,
        opened=pulls.filter(created_at__gte=since, created_at__lt=until).count(),
        closed=pulls.filter(
            state=PullRequest.State.CLOSED, closed_at__gte=since, closed_at__lt=until
        ).count(),
        now=_figures(merge for merge in merges if merge[0] >= since),
        before=_figures(merge for merge in merges if before <= merge[0] < since),
        newcomers=newcomers[:NEWCOMERS_NAMED],
        more=max(len(newcomers) - NEWCOMERS_NAMED, 0),
        chart=bar_chart([(month.first, month.merged) for month in found], today=today),
    )


def _merges(ids: Sequence[int], since: dt.datetime, until: dt.datetime) -> list[Merge]:
    rows = PullRequest.objects.filter(
        repository__in=ids,
        state=PullRequest.State.MERGED,
        merged_at__gte=since,
        merged_at__lt=until,
    )
    found = rows.values_list("merged_at", "created_at", "first_review_at")
    return [(merged, created, first) for merged, created, first in found if merged is not None]


def _figures(merges: Iterable[Merge]) -> Figures:
    rows = list(merges)
    waits = [first - created for _merged, created, first in rows if first is not None]
    return Figures(
        merged=len(rows),
        to_first_review=median(waits),
        to_merge=median([merged - created for merged, created, _first in rows]),
    )


def _newcomers(sig: Sig, since: dt.datetime, until: dt.datetime) -> list[Person]:
    """People whose first merged pull request in the SIG falls in the period, the first at the top."""
    merged = Contribution.objects.filter(sig=sig, kind=Contribution.Kind.PULL_MERGED)
    earlier = merged.filter(person=OuterRef("person"), at__lt=since)
    rows = merged.filter(~Exists(earlier), at__gte=since, at__lt=until).order_by("at", "pk")
    ids = list(dict.fromkeys(rows.values_list("person_id", flat=True)))
    people = Person.objects.prefetch_related("accounts").in_bulk(ids)
    return [people[pk] for pk in ids if pk in people]


# ── words ─────────────────────────────────────────────────────────────────────────────────────
def markdown(digest: Digest) -> str:
    """Ready for the minutes, in the active language; a section of its own, ending with a line break."""
    since, until = digest.days
    span = _("自 %(since)s 至 %(until)s：") % {
        "since": since.isoformat(),
        "until": until.isoformat(),
    }
    lines = [f"* {sentence}" for sentence in digest.sentences]
    if digest.newcomers:
        lines.append(f"* {_newcomer_words(digest)}")
    return "\n".join([f"## {heading()}", "", span, "", *lines, ""])


def heading() -> str:
    return _("进展摘要")


def placed(body: str, section: str) -> str:
    """`body` with `section` in the place of an earlier digest, else before the notes, else at the end."""
    lines = body.splitlines(keepends=True)
    start = _line_of(lines, _headings())
    end = _line_of(lines, {"## Notes"}) if start is None else _end_of(lines, start)
    start = end if start is None else start
    if start is None or end is None:
        return f"{body.rstrip()}\n\n{section}" if body.strip() else section
    rest = "".join(lines[end:])
    return "".join(lines[:start]) + section + (f"\n{rest}" if rest else "")


def _end_of(lines: Sequence[str], start: int) -> int:
    """The line at which the section that starts at `start` ends."""
    after = range(start + 1, len(lines))
    return next((n for n in after if lines[n].startswith(("# ", "## "))), len(lines))


def _line_of(lines: Sequence[str], wanted: set[str]) -> int | None:
    return next((n for n, line in enumerate(lines) if line.strip() in wanted), None)


def _headings() -> set[str]:
    """Of a digest in either language."""
    found = set()
    for language in ("zh-hans", "en"):
        with override(language):
            found.add(f"## {heading()}")
    return found


def _newcomer_words(digest: Digest) -> str:
    names = _("、").join(plain(person.name) for person in digest.newcomers)
    if digest.more:
        return _("首次贡献者：%(names)s，另有 %(count)d 人。") % {
            "names": names,
            "count": digest.more,
        }
    return _("首次贡献者：%(names)s。") % {"names": names}


def _medians(now: dt.timedelta | None, before: dt.timedelta | None) -> dict[str, str]:
    return {"now": _duration(now), "before": _duration(before)}


def _duration(duration: dt.timedelta | None) -> str:
    return duration_words(duration) if duration is not None else _("没有")
