"""Everything that waits for one person, of every room, in a constant number of queries."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import ActionItem, Meeting, MinutesComment, MinutesRevision
from meetings.overdue import FORGOTTEN
from members.models import Inquiry, Person, Repository, RoleTerm, Sig
from members.owners import owners_of, state_at
from members.waiting import waiting_for
from reviews.models import PullRequest
from reviews.models.mirror import UNSHOWN

# Of each kind; where there are more, the whole is a link away.
SHOWN = 5
# Nobody meets more often than that; a page must end all the same.
LONGEST = 200
ROLE = RoleTerm.Role


@dataclass(frozen=True)
class Entry:
    """One thing to do: why it waits, and until when (an instant, or a day of the SIG's calendar)."""

    sig: Sig
    title: str
    url: str
    why: str
    due_at: dt.datetime | None = None
    due_on: dt.date | None = None
    is_late: bool = False


@dataclass(frozen=True)
class Kind:
    """Entries of one kind, most urgent first; `all_url` leads to the whole where there are more."""

    key: str
    title: str
    entries: Sequence[Entry]
    all_url: str = ""


def waiting_of(person: Person, at: dt.datetime) -> list[Kind]:
    """What waits at an instant (aware), by kind; kinds of which nothing waits are left out."""
    terms = _terms(person, at)
    run = _run_by(person, terms)
    kinds = [
        Kind("promotions", _("提名与表决"), _promotions(person, at)),
        Kind("inquiries", _("要答复的询问"), _inquiries(person)),
        Kind("minutes", _("要发布的纪要"), _minutes(run, at)),
        Kind("remarks", _("要处理的意见"), _remarks(run)),
        _actions(person, at),
        Kind("duties", _("我主持或记录的例会"), _duties(person, at)),
        Kind("reviews", _("等待首次评审的拉取请求"), _reviews(person, terms, at)),
    ]
    return [kind for kind in kinds if kind.entries]


def _terms(person: Person, at: dt.datetime) -> list[RoleTerm]:
    """Roles held today by the calendar of each SIG, with their repositories; two queries."""
    rows = RoleTerm.objects.filter(person=person, ended_on=None).select_related("sig")
    rows = rows.prefetch_related("repositories")
    return [term for term in rows if term.started_on <= term.sig.day_of(at)]


def _run_by(person: Person, terms: Iterable[RoleTerm]) -> QuerySet[Meeting]:
    """Meetings whose minutes are this person's to see to: host, scribe, the SIG's Maintainers."""
    maintained = [term.sig_id for term in terms if term.role == ROLE.MAINTAINER]
    named = Q(host=person) | Q(scribe=person)
    return Meeting.objects.filter(named | Q(sig__in=maintained)).select_related("sig")


# ── members ───────────────────────────────────────────────────────────────────────────────────
def _promotions(person: Person, at: dt.datetime) -> list[Entry]:
    return [
        Entry(
            one.promotion.sig,
            one.promotion.person.name,
            one.promotion.get_absolute_url(),
            one.text,
            due_at=one.due_at,
            is_late=one.due_at is not None and one.due_at < at,
        )
        for one in waiting_for(person, at)
    ]


def _inquiries(person: Person) -> list[Entry]:
    rows = Inquiry.objects.filter(person=person, answered_at=None).select_related("sig")
    return [
        Entry(
            row.sig,
            _("是否继续担任现在的角色"),
            reverse("members:inquiry-detail", args=[row.sig.slug, row.pk]),
            _("小组询问您今后的打算"),
        )
        for row in rows.order_by("asked_at")[:LONGEST]
    ]


# ── meetings ──────────────────────────────────────────────────────────────────────────────────
def _minutes(run: QuerySet[Meeting], at: dt.datetime) -> list[Entry]:
    """Recent meetings without public minutes; while remarks are asked for nothing is to be done."""
    public = MinutesRevision.objects.public().filter(meeting=OuterRef("pk"))
    over = Q(ends_at__lte=at) | Q(ends_at=None, starts_at__lte=at)
    rows = run.filter(over, ~Exists(public), starts_at__gt=at - FORGOTTEN)
    rows = rows.exclude(state=Meeting.State.CANCELLED).exclude(comments_close_at__gt=at)
    return [
        Entry(row.sig, row.local_title, f"{row.get_absolute_url()}#minutes", _("纪要尚未发布"))
        for row in rows.order_by("starts_at", "pk")[:LONGEST]
    ]


def _remarks(run: QuerySet[Meeting]) -> list[Entry]:
    open_ones = MinutesComment.objects.waiting().readable()
    counted = open_ones.filter(meeting__in=run.values("pk")).order_by()
    counts = dict(counted.values_list("meeting").annotate(Count("pk"))[:LONGEST])
    rows = Meeting.objects.filter(pk__in=counts).select_related("sig").order_by("starts_at", "pk")
    return [
        Entry(
            row.sig,
            row.local_title,
            reverse("meetings:minutes-comments", args=[row.sig.slug, row.pk]),
            _("尚未处理的意见：%(count)s 条") % {"count": counts[row.pk]},
            due_at=row.comments_close_at,
        )
        for row in rows
    ]


def _actions(person: Person, at: dt.datetime) -> Kind:
    rows = ActionItem.objects.filter(owner=person, state=ActionItem.State.OPEN)
    rows = rows.select_related("sig").order_by("due_on", "pk")
    dated = list(rows.exclude(due_on=None)[: SHOWN + 1])
    found = [*dated, *rows.filter(due_on=None)[: SHOWN + 1]]
    all_url = reverse("meetings:person-actions", args=[person.login])
    entries = [_action(row, at) for row in found[:SHOWN]]
    return Kind("actions", _("我的行动项"), entries, all_url if len(found) > SHOWN else "")


def _action(row: ActionItem, at: dt.datetime) -> Entry:
    return Entry(
        row.sig,
        row.text,
        reverse("meetings:action-detail", args=[row.sig.slug, row.pk]),
        _("由您负责"),
        due_on=row.due_on,
        is_late=row.is_overdue(row.sig.day_of(at)),
    )


def _duties(person: Person, at: dt.datetime) -> list[Entry]:
    ahead = Meeting.objects.filter(Q(host=person) | Q(scribe=person), starts_at__gt=at)
    rows = ahead.filter(state__in=Meeting.OPEN_STATES).select_related("sig")
    return [
        Entry(row.sig, row.local_title, row.get_absolute_url(), _duty(row, person), row.starts_at)
        for row in rows.order_by("starts_at", "pk")[:SHOWN]
    ]


def _duty(meeting: Meeting, person: Person) -> str:
    hosts, writes = meeting.host_id == person.pk, meeting.scribe_id == person.pk
    if hosts and writes:
        return _("由您主持并记录")
    return _("由您主持") if hosts else _("由您记录")


# ── reviews ───────────────────────────────────────────────────────────────────────────────────
def _reviews(person: Person, terms: Sequence[RoleTerm], at: dt.datetime) -> list[Entry]:
    """Others' open changes that nobody reviewed yet where this person may, oldest first."""
    logins = {login.lower() for login in person.accounts.values_list("login", flat=True)}
    repositories = Repository.objects.filter(sig__in={term.sig_id for term in terms})
    mine = _reviewed_by(logins, terms, list(repositories.select_related("sig")), at)
    waiting = PullRequest.objects.filter(
        repository__in=mine, state=PullRequest.State.OPEN, first_review_at=None, is_draft=False
    ).exclude(author__person=person)
    rows = waiting.select_related("repository__sig").defer(*UNSHOWN)
    return [_review(row, mine[row.repository_id]) for row in rows.order_by("created_at")[:SHOWN]]


def _reviewed_by(
    logins: set[str], terms: Sequence[RoleTerm], repositories: Sequence[Repository], at: dt.datetime
) -> dict[int, str]:
    """Repositories, by id, in which the person reviews, and by what right in words."""
    histories = owners_of(repositories)
    found: dict[int, str] = {}
    for repository in repositories:
        owners = state_at(histories[repository.pk], at)
        if owners and logins & (owners.approvers | owners.reviewers):
            found[repository.pk] = _("您在这个仓库的 OWNERS 中")
        elif any(_covers(term, repository) for term in terms):
            found[repository.pk] = _("您可以评审这个仓库的拉取请求")
    return found


def _covers(term: RoleTerm, repository: Repository) -> bool:
    if term.sig_id != repository.sig_id or term.role == ROLE.CONTRIBUTOR:
        return False
    scope = {row.pk for row in term.repositories.all()}
    return term.role == ROLE.MAINTAINER or not scope or repository.pk in scope


def _review(row: PullRequest, why: str) -> Entry:
    repository = row.repository
    title = f"{repository.owner}/{repository.name} {row}"
    sig = repository.sig
    since = _("%(why)s，自 %(day)s 起等评审") % {
        "why": why,
        "day": sig.day_of(row.created_at).isoformat(),
    }
    return Entry(sig, title, row.get_absolute_url(), since)
