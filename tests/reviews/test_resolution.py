"""Resolutions: who may record one, what is refused, what the public record keeps of it."""

import datetime as dt
from dataclasses import replace
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, transaction

from ledger import record
from ledger.models import Entry
from members.refusals import BadProposal, NotAllowed
from reviews import resolution as resolutions
from reviews.models import Resolution
from reviews.resolution import AlreadyRecorded, Proposal
from reviews.rules import can_resolve, resolving_role
from tests.factories import (
    IssueFactory,
    PersonFactory,
    PullRequestFactory,
    RepositoryFactory,
    ResolutionFactory,
    RoleTermFactory,
)

AT = dt.datetime(2026, 6, 1, 2, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def repository():
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


@pytest.fixture
def maintainer(repository):
    return RoleTermFactory(
        sig=repository.sig, role="maintainer", person__account__login="lin"
    ).person


def proposed(subject, **more):
    values = {
        "title": "采用新的检查点格式",
        "outcome": "accepted",
        "reasons": "讨论充分，没有异议。",
    }
    return Proposal(subject=subject, **(values | more))


def adopt(subject, by, *, at=AT, token=None, **more):
    return resolutions.adopt(
        proposal=proposed(subject, **more), token=token or uuid4(), by=by, at=at
    )


# ── who ───────────────────────────────────────────────────────────────────────────────────────
WHO = [
    ("maintainer", {"role": "maintainer"}, "maintainer"),
    ("committer of the repository", {"role": "committer", "scope": "own"}, "committer"),
    ("committer of the whole SIG", {"role": "committer"}, "committer"),
    ("committer of another repository", {"role": "committer", "scope": "other"}, ""),
    ("contributor", {"role": "contributor"}, ""),
    ("maintainer of another SIG", {"role": "maintainer", "sig": "other"}, ""),
    ("former maintainer", {"role": "maintainer", "ended_on": dt.date(2026, 6, 1)}, ""),
    ("maintainer to be", {"role": "maintainer", "started_on": dt.date(2026, 6, 2)}, ""),
    ("no role", None, ""),
]


def person_with(repository, role):
    person = PersonFactory()
    if role is None:
        return person
    role = dict(role)
    scope, sig = role.pop("scope", ""), role.pop("sig", "")
    other = RepositoryFactory() if sig else RepositoryFactory(sig=repository.sig)
    term = RoleTermFactory(person=person, sig=other.sig, **role)
    if scope:
        term.repositories.set([repository if scope == "own" else other])
    return person


@pytest.mark.parametrize("kind", ["pull", "issue"])
@pytest.mark.parametrize(("who", "role", "decides_as"), WHO, ids=[row[0] for row in WHO])
def test_adopt_is_for_maintainers_and_committers_of_the_repository(
    repository, kind, who, role, decides_as
):
    factory = PullRequestFactory if kind == "pull" else IssueFactory
    subject = factory(repository=repository)
    person = person_with(repository, role)

    assert resolving_role(person, repository, repository.sig.day_of(AT)) == decides_as
    if not decides_as:
        with pytest.raises(NotAllowed):
            adopt(subject, person)
        assert not Resolution.objects.exists()
        assert not Entry.objects.exists()
    else:
        made = adopt(subject, person)
        assert Entry.objects.get().data["role"] == decides_as
        assert made.decided_by == person


def test_can_resolve_needs_a_person_and_gives_administrators_nothing(repository, maintainer):
    user = User.objects.create(username="lin")
    assert not can_resolve(AnonymousUser(), repository)
    assert not can_resolve(user, repository)
    assert not can_resolve(User.objects.create(username="root", is_superuser=True), repository)
    maintainer.user = user
    maintainer.save()
    assert can_resolve(user, repository)


# ── what is stored ────────────────────────────────────────────────────────────────────────────
def test_adopt_writes_the_resolution_and_its_ledger_entry(repository, maintainer):
    pull = PullRequestFactory(repository=repository, number=12)
    made = adopt(pull, maintainer, title="  采用  新的格式 ", reasons="第一行\r\n第二行\x0b\r\n")

    made.refresh_from_db()
    assert (made.number, made.pull, made.issue) == (1, pull, None)
    assert made.subject == "gitee:example/one!12"
    assert (made.title, made.reasons) == ("采用 新的格式", "第一行\n第二行")
    entry = Entry.objects.get()
    assert entry == resolutions.entry_of(made)
    assert (entry.action, entry.subject) == ("resolution.adopted", "resolution:example/1")
    assert (entry.actor, entry.at) == ("person:lin", AT)
    assert entry.data == {
        "sig": "example",
        "number": 1,
        "title": "采用 新的格式",
        "outcome": "accepted",
        "subject": "gitee:example/one!12",
        "role": "maintainer",
        "reasons_sha256": resolutions.hash_of("第一行\n第二行"),
        "supersedes": None,
    }


def test_adopt_stands_or_falls_with_its_ledger_entry(repository, maintainer, monkeypatch):
    def fail(**values):
        raise RuntimeError("no ledger")

    monkeypatch.setattr(record, "append", fail)
    with pytest.raises(RuntimeError):
        adopt(IssueFactory(repository=repository), maintainer)
    assert not Resolution.objects.exists()


def test_numbers_count_within_each_sig(repository, maintainer):
    other = RoleTermFactory(role="maintainer")
    issue = IssueFactory(repository=repository)
    elsewhere = IssueFactory(repository__sig=other.sig)
    assert [adopt(issue, maintainer).number for _time in range(3)] == [1, 2, 3]
    assert adopt(elsewhere, other.person).number == 1
    assert adopt(issue, maintainer).number == 4


def test_check_writes_nothing(repository, maintainer):
    resolutions.check(proposal=proposed(IssueFactory(repository=repository)), by=maintainer, at=AT)
    assert not Resolution.objects.exists()
    assert not Entry.objects.exists()


# ── the same form twice ───────────────────────────────────────────────────────────────────────
def test_adopt_records_one_form_once(repository, maintainer):
    issue, token = IssueFactory(repository=repository), uuid4()
    first = adopt(issue, maintainer, token=token)
    again = adopt(issue, maintainer, token=token, at=AT + dt.timedelta(seconds=1))
    assert first == again
    assert Resolution.objects.count() == Entry.objects.count() == 1


def test_adopt_of_a_superseding_form_twice_is_one_record(repository, maintainer):
    issue, token = IssueFactory(repository=repository), uuid4()
    adopt(issue, maintainer)
    first = adopt(issue, maintainer, token=token, supersedes=1, outcome="rejected")
    assert adopt(issue, maintainer, token=token, supersedes=1, outcome="rejected") == first


@pytest.mark.parametrize(
    "change", [{"title": "另一标题"}, {"outcome": "rejected"}, {"reasons": "别的"}]
)
def test_adopt_refuses_a_recorded_form_with_other_content(repository, maintainer, change):
    issue, token = IssueFactory(repository=repository), uuid4()
    first = adopt(issue, maintainer, token=token)
    with pytest.raises(AlreadyRecorded) as refusal:
        adopt(issue, maintainer, token=token, **change)
    assert refusal.value.resolution == first
    assert Resolution.objects.count() == 1


def test_adopt_refuses_the_form_of_somebody_else(repository, maintainer):
    issue, token = IssueFactory(repository=repository), uuid4()
    adopt(issue, maintainer, token=token)
    other = RoleTermFactory(sig=repository.sig, role="maintainer").person
    with pytest.raises(AlreadyRecorded):
        adopt(issue, other, token=token)


# ── what is refused ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " \n "}, "title"),
        ({"title": "长" * 201}, "title"),
        ({"reasons": "\r\n "}, "reasons"),
        ({"reasons": "长" * 10_001}, "reasons"),
        ({"outcome": "maybe"}, "outcome"),
        ({"supersedes": 7}, "supersedes"),
    ],
)
def test_adopt_refuses_what_is_missing_or_too_long(repository, maintainer, change, field):
    with pytest.raises(BadProposal) as refusal:
        adopt(IssueFactory(repository=repository), maintainer, **change)
    assert refusal.value.field == field
    assert not Resolution.objects.exists()


@pytest.mark.parametrize("factory", [PullRequestFactory, IssueFactory])
def test_adopt_refuses_what_the_mirror_has_just_removed(repository, maintainer, factory):
    subject = factory(repository=repository)
    type(subject).objects.all().delete()
    with pytest.raises(BadProposal) as refusal:
        adopt(subject, maintainer)
    assert refusal.value.field == "subject"


# ── superseding ───────────────────────────────────────────────────────────────────────────────
def test_adopt_supersedes_an_older_one_and_records_both(repository, maintainer):
    issue = IssueFactory(repository=repository)
    first = adopt(issue, maintainer, title="先暂缓", outcome="deferred")
    second = adopt(issue, maintainer, supersedes=1)

    first.refresh_from_db()
    assert (second.supersedes, first.successor) == (first, second)
    assert list(Resolution.objects.in_force()) == [second]
    entries = Entry.objects.order_by("seq")
    assert [entry.action for entry in entries] == [
        "resolution.adopted",
        "resolution.adopted",
        "resolution.superseded",
    ]
    assert entries[1].data["supersedes"] == 1
    assert entries[2].subject == "resolution:example/1"
    assert entries[2].data == {"sig": "example", "number": 1, "title": "先暂缓", "by": 2}


def test_adopt_supersedes_each_only_once(repository, maintainer):
    issue = IssueFactory(repository=repository)
    for supersedes in (None, 1):
        adopt(issue, maintainer, supersedes=supersedes)
    with pytest.raises(BadProposal) as refusal:
        adopt(issue, maintainer, supersedes=1)
    assert "第 2 号" in str(refusal.value)
    assert Resolution.objects.count() == 2


def test_adopt_supersedes_nothing_of_another_sig(repository, maintainer):
    elsewhere = ResolutionFactory(number=5)
    RoleTermFactory(sig=elsewhere.sig, person=maintainer, role="maintainer")
    with pytest.raises(BadProposal):
        adopt(IssueFactory(repository=repository), maintainer, supersedes=5)


def test_committer_supersedes_only_what_lies_in_their_repositories(repository, maintainer):
    other = RepositoryFactory(sig=repository.sig)
    committer = RoleTermFactory(sig=repository.sig, role="committer")
    committer.repositories.set([repository])
    adopt(IssueFactory(repository=other), maintainer)
    mine = IssueFactory(repository=repository)
    with pytest.raises(BadProposal):
        adopt(mine, committer.person, supersedes=1)
    assert adopt(mine, maintainer, supersedes=1).number == 2


def test_what_the_mirror_lost_is_superseded_by_maintainers_only(repository, maintainer):
    lost = IssueFactory(repository=repository)
    adopt(lost, maintainer)
    lost.delete()
    committer = RoleTermFactory(sig=repository.sig, role="committer").person
    issue = IssueFactory(repository=repository)
    with pytest.raises(BadProposal):
        adopt(issue, committer, supersedes=1)
    assert adopt(issue, maintainer, supersedes=1).number == 2


def test_database_refuses_a_second_successor_and_a_number_twice(repository, maintainer):
    first = adopt(IssueFactory(repository=repository), maintainer)
    adopt(IssueFactory(repository=repository), maintainer, supersedes=1)
    pull = PullRequestFactory(repository=repository)
    for wrong in ({"supersedes": first, "number": 3}, {"number": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ResolutionFactory(on=pull, **wrong)


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def test_resolutions_on_finds_those_of_a_row_mirrored_anew(repository, maintainer):
    issue = IssueFactory(repository=repository, number="I0001")
    made = adopt(issue, maintainer)
    adopt(IssueFactory(repository=repository, number="I0002"), maintainer)
    issue.delete()
    anew = IssueFactory(repository=repository, number="I0001")
    assert list(resolutions.resolutions_on(anew)) == [made]


def test_proposal_tidied_leaves_the_rest_alone(repository):
    proposal = proposed(PullRequestFactory.build(repository=repository))
    assert proposal.tidied() == replace(proposal, title=proposal.title)
