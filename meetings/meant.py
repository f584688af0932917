"""Whom and what the structured lines of minutes mean: looked up, and left as words where unclear."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Q

from members.models import Account, Person, Promotion, Sig
from reviews.models import Issue, PullRequest

from . import structure
from .models import Meeting, MeetingDecision
from .problem import Problem
from .structure import ActionLine, DecisionLine
from .template import name_key

Row = TypeVar("Row", Promotion, PullRequest, Issue)

PROMOTION = re.compile(
    r"(?P<base>https?://[^\s/]+)(?:/en)?/sigs/(?P<slug>[\w-]+)/promotions/(?P<pk>\d{1,9})/"
)
ADDRESS = re.compile(
    r"(?P<base>https?://[^\s/]+)(?:/en)?(?P<own>/reviews|/issues)?/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)/"
    r"(?:(?P<kind>pulls?|issues)/)?(?P<number>[\w-]{1,40})"
)


@dataclass(frozen=True)
class Named:
    """A pull request or an issue as an address names it; letter case does not count."""

    is_pull: bool
    owner: str
    name: str
    number: str


@dataclass(frozen=True)
class Subject:
    """What a line is about, where its addresses name exactly one of a kind."""

    promotion: Promotion | None = None
    pull_request: PullRequest | None = None
    issue: Issue | None = None


@dataclass(frozen=True)
class Decided:
    """A decision's line with the rows it means; `text` keeps what could not be told."""

    line: int
    text: str
    item_id: int | None = None
    supersedes: MeetingDecision | None = None
    subject: Subject = field(default_factory=Subject)


@dataclass(frozen=True)
class Taken:
    """An action item's line; `owner_name` as written where no person could be told."""

    line: int
    text: str
    owner: Person | None = None
    owner_name: str = ""
    due_on: dt.date | None = None


@dataclass
class Reading:
    """What becomes public with a text; `problems` by line."""

    decisions: list[Decided] = field(default_factory=list)
    actions: list[Taken] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def reading(meeting: Meeting, body: str) -> Reading:
    """The lines of a meeting's minutes with what they mean. Select `sig`; eight queries at most."""
    lines = structure.read(body)
    found = Reading(problems=list(lines.problems))
    found.decisions = _decisions(meeting, lines.decisions, found.problems)
    found.actions = _actions(lines.actions, found.problems)
    found.problems.sort(key=lambda problem: problem.line)
    return found


# ── decisions ─────────────────────────────────────────────────────────────────────────────────
def _decisions(
    meeting: Meeting, lines: Sequence[DecisionLine], problems: list[Problem]
) -> list[Decided]:
    targets = _targets(meeting, lines, problems)
    items = _agenda(meeting) if any(line.topic for line in lines) else {}
    subjects = _subjects(meeting.sig, [line.text for line in lines])
    return [
        Decided(
            line=line.line,
            text=_kept(line, targets),
            item_id=items.get(structure.key(structure.topic_title(line.topic))),
            supersedes=targets.get(line.line),
            subject=subject,
        )
        for line, subject in zip(lines, subjects, strict=True)
    ]


def _kept(line: DecisionLine, targets: dict[int, MeetingDecision]) -> str:
    """The text; with the words that name another decision where that one is not superseded."""
    if line.supersedes is None or line.line in targets:
        return line.text
    return line.said


def _targets(
    meeting: Meeting, lines: Sequence[DecisionLine], problems: list[Problem]
) -> dict[int, MeetingDecision]:
    """Which decision each line supersedes, by line."""
    numbers = {line.supersedes for line in lines if line.supersedes is not None}
    if not numbers:
        return {}
    rows = MeetingDecision.objects.filter(sig=meeting.sig, number__in=numbers)
    by_number = {row.number: row for row in rows.prefetch_related("superseded_by")}
    found: dict[int, MeetingDecision] = {}
    for line in lines:
        if line.supersedes is None:
            continue
        row = by_number.get(line.supersedes)
        if code := _fault(meeting, row, found.values()):
            problems.append(Problem(line.line, code, {"number": str(line.supersedes)}))
        elif row is not None:
            found[line.line] = row
    return found


def _fault(meeting: Meeting, row: MeetingDecision | None, taken: Iterable[MeetingDecision]) -> str:
    """Why a decision cannot be superseded by one of this meeting; "" where it can."""
    if row is None:
        return "supersedes_unknown"
    if row.decided_at >= meeting.starts_at:
        return "supersedes_later"
    others = [one for one in row.superseded_by.all() if one.meeting_id != meeting.pk]
    is_over = row.withdrawn_at is not None or any(one.withdrawn_at is None for one in others)
    return "supersedes_over" if is_over or row in taken else ""


def _agenda(meeting: Meeting) -> dict[str, int]:
    """Ids of the standing items by their titles; a title that two share names neither."""
    found: dict[str, int | None] = {}
    rows = meeting.agenda_items.filter(withdrawn_at=None)
    for pk, *titles in rows.values_list("pk", "title", "title_en"):
        for title in {structure.key(title) for title in titles if title}:
            found[title] = None if title in found else pk
    return {title: pk for title, pk in found.items() if pk is not None}


# ── what a line is about ──────────────────────────────────────────────────────────────────────
def subject_in(sig: Sig, text: str) -> Subject:
    """The promotion, pull request and issue whose addresses a text holds."""
    (subject,) = _subjects(sig, [text])
    return subject


def _subjects(sig: Sig, texts: Sequence[str]) -> list[Subject]:
    ids = [_promotion_ids(sig, text) for text in texts]
    named = [_named(text) for text in texts]
    promotions = _promotions(sig, {pk for found in ids for pk in found})
    every = {one for found in named for one in found}
    pulls = _pulls(sig, {one for one in every if one.is_pull})
    issues = _issues(sig, {one for one in every if not one.is_pull})
    return [
        Subject(_only(promotions, pks), _only(pulls, rows), _only(issues, rows))
        for pks, rows in zip(ids, named, strict=True)
    ]


def _only(rows: Mapping[Any, Row], keys: Iterable[Any]) -> Row | None:
    """The row that these keys name, None where they name none or several."""
    found = [rows[key] for key in dict.fromkeys(keys) if key in rows]
    return found[0] if len(found) == 1 else None


def _promotion_ids(sig: Sig, text: str) -> list[int]:
    return [
        int(match["pk"])
        for match in PROMOTION.finditer(text)
        if match["base"] == settings.SITE_URL and match["slug"] == sig.slug
    ]


def _promotions(sig: Sig, ids: set[int]) -> dict[int, Promotion]:
    if not ids:
        return {}
    rows = Promotion.objects.filter(sig=sig, pk__in=ids).defer("evidence")
    return {row.pk: row for row in rows}


def _named(text: str) -> list[Named]:
    """By addresses of this portal's pages and of the hosts it mirrors."""
    hosts = {host["url"] for host in settings.CODE_HOSTS.values()}
    found = []
    for match in ADDRESS.finditer(text):
        kind = match["own"] if match["base"] == settings.SITE_URL else match["kind"]
        is_known = match["base"] == settings.SITE_URL or match["base"] in hosts
        if not is_known or not kind or (match["own"] and match["kind"]):
            continue
        is_pull = "issues" not in kind
        if is_pull and not (match["number"].isascii() and match["number"].isdigit()):
            continue
        found.append(
            Named(is_pull, match["owner"].lower(), match["name"].lower(), match["number"].lower())
        )
    return found


def _pulls(sig: Sig, named: set[Named]) -> dict[Named, PullRequest]:
    numbers = {int(one.number) for one in named if len(one.number) < 10}
    if not numbers:
        return {}
    rows = PullRequest.objects.filter(repository__sig=sig, number__in=numbers)
    return {_name_of(row): row for row in rows.select_related("repository")}


def _issues(sig: Sig, named: set[Named]) -> dict[Named, Issue]:
    if not named:
        return {}
    any_number = Q()
    for one in named:
        any_number |= Q(number__iexact=one.number)
    rows = Issue.objects.filter(any_number, repository__sig=sig)
    return {_name_of(row): row for row in rows.select_related("repository")}


def _name_of(row: PullRequest | Issue) -> Named:
    repository, is_pull = row.repository, isinstance(row, PullRequest)
    return Named(
        is_pull, repository.owner.lower(), repository.name.lower(), str(row.number).lower()
    )


# ── action items ──────────────────────────────────────────────────────────────────────────────
def _actions(lines: Sequence[ActionLine], problems: list[Problem]) -> list[Taken]:
    """Owners become people where exactly one is meant."""
    people = _people([line.owners[0] for line in lines if len(line.owners) == 1])
    found = []
    for line in lines:
        written = ", ".join(line.owners)
        owner = people.get(name_key(written)) if len(line.owners) == 1 else None
        if len(line.owners) == 1 and owner is None:
            problems.append(Problem(line.line, "owner_unknown", {"text": written}))
        name = "" if owner else written[:200]
        found.append(Taken(line.line, line.text, owner, name, line.due_on))
    return found


def _people(written: Sequence[str]) -> dict[str, Person | None]:
    """People by the name or @login that a line gives; None where two are called so."""
    logins = {one[1:] for one in written if one.startswith("@")}
    found: dict[str, Person | None] = {}
    for account in _accounts(logins):
        person = account.person.merged_into or account.person
        _note(found, name_key(f"@{account.login}"), person)
    if any(not one.startswith("@") for one in written):
        for person in Person.objects.filter(merged_into=None).only("pk", "name"):
            _note(found, name_key(person.name), person)
    return found


def _accounts(logins: set[str]) -> Iterable[Account]:
    if not logins:
        return []
    any_login = Q()
    for login in logins:
        any_login |= Q(login__iexact=login)
    return Account.objects.filter(any_login).select_related("person__merged_into")


def _note(found: dict[str, Person | None], name: str, person: Person) -> None:
    if found.setdefault(name, person) != person:
        found[name] = None
