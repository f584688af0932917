"""The page of what waits for somebody: each kind, whose it is, and when it no longer waits."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from meetings.models import ActionItem, Meeting, MinutesComment, MinutesRevision
from members.models import Inquiry, RoleTerm
from members.owners import note_owners
from sigportal.waiting import SHOWN, waiting_of
from tests.factories import (
    AccountFactory,
    ActionItemFactory,
    MeetingFactory,
    MinutesRevisionFactory,
    PersonFactory,
    PolicyFactory,
    PromotionFactory,
    PullRequestFactory,
    RepositoryFactory,
    RoleTermFactory,
    SigFactory,
)

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
QUERIES = 20


def member(sig, role=RoleTerm.Role.CONTRIBUTOR):
    person = RoleTermFactory(sig=sig, role=role).person
    AccountFactory(person=person)
    return person


def keys(person):
    return [kind.key for kind in waiting_of(person, AT)]


def held(sig, **fields):
    return MeetingFactory(sig=sig, starts_at=AT - 2 * DAY, state=Meeting.State.HELD, **fields)


def test_waiting_of_nothing():
    assert waiting_of(member(SigFactory()), AT) == []


def test_waiting_of_an_inquiry_until_it_is_answered():
    sig = SigFactory()
    person = member(sig)
    row = Inquiry.objects.create(person=person, sig=sig, asked_at=AT - DAY, asked_by=member(sig))
    [kind] = waiting_of(person, AT)
    assert kind.entries[0].url.endswith(f"/inactivity/{row.pk}/")
    row.answered_at, row.answer = AT, Inquiry.Answer.choices[0][0]
    row.save()
    assert keys(person) == []


def test_waiting_of_action_items_dated_first_and_the_whole_a_link_away():
    meeting = MeetingFactory()
    person = member(meeting.sig)
    ActionItemFactory(meeting=meeting, owner=person)
    ActionItemFactory(meeting=meeting, owner=person, due_on=dt.date(2026, 11, 1), text="先做")
    ActionItemFactory(meeting=meeting, owner=person, state=ActionItem.State.DONE)
    [kind] = waiting_of(person, AT)
    assert [(entry.due_on, entry.is_late) for entry in kind.entries] == [
        (dt.date(2026, 11, 1), True),
        (None, False),
    ]
    assert kind.all_url == ""
    for _number in range(SHOWN):
        ActionItemFactory(meeting=meeting, owner=person)
    [kind] = waiting_of(person, AT)
    assert len(kind.entries) == SHOWN
    assert kind.all_url.endswith("/actions/")


@pytest.mark.parametrize(
    ("duties", "words"),
    [(("host",), "由您主持"), (("scribe",), "由您记录"), (("host", "scribe"), "由您主持并记录")],
)
def test_waiting_of_a_duty(duties, words):
    sig = SigFactory()
    person = member(sig)
    coming = MeetingFactory(sig=sig, starts_at=AT + DAY, **dict.fromkeys(duties, person))
    [kind] = waiting_of(person, AT)
    assert (kind.key, kind.entries[0].why, kind.entries[0].due_at) == ("duties", words, AT + DAY)
    coming.state = Meeting.State.CANCELLED
    coming.save()
    assert keys(person) == []


@pytest.mark.parametrize(
    ("part", "waits"),
    [("host", True), ("scribe", True), ("maintainer", True), ("contributor", False)],
)
def test_waiting_of_minutes_by_part(part, waits):
    sig = SigFactory()
    roles = {"maintainer": RoleTerm.Role.MAINTAINER}
    person = member(sig, roles.get(part, RoleTerm.Role.CONTRIBUTOR))
    held(sig, **({part: person} if part in ("host", "scribe") else {}))
    assert keys(person) == (["minutes"] if waits else [])


def test_waiting_of_minutes_ends_when_they_are_out_or_offered_or_forgotten():
    sig = SigFactory()
    person = member(sig)
    MinutesRevisionFactory(meeting=held(sig, host=person))
    held(sig, host=person, comments_close_at=AT + DAY)
    MeetingFactory(sig=sig, host=person, starts_at=AT - 60 * DAY, state=Meeting.State.HELD)
    assert keys(person) == []


def test_waiting_of_remarks_until_they_are_settled():
    sig = SigFactory()
    person = member(sig)
    meeting = held(sig, scribe=person, comments_close_at=AT + DAY)
    offered = MinutesRevisionFactory(meeting=meeting, state=MinutesRevision.State.COMMENT)
    remark = MinutesComment.objects.create(
        meeting=meeting, revision=offered, author=member(sig), body="?", created_at=AT
    )
    [kind] = waiting_of(person, AT)
    assert (kind.key, kind.entries[0].due_at) == ("remarks", AT + DAY)
    remark.settled_at = AT
    remark.save()
    assert keys(person) == []


@pytest.mark.parametrize(
    ("role", "waits"), [("contributor", False), ("committer", True), ("maintainer", True)]
)
def test_waiting_of_reviews_by_role(role, waits):
    sig = SigFactory()
    person = member(sig, role)
    PullRequestFactory(repository=RepositoryFactory(sig=sig))
    assert keys(person) == (["reviews"] if waits else [])


def test_waiting_of_reviews_keeps_to_a_committers_repositories():
    sig = SigFactory()
    person = member(sig, RoleTerm.Role.COMMITTER)
    person.role_terms.get().repositories.add(RepositoryFactory(sig=sig))
    PullRequestFactory(repository=RepositoryFactory(sig=sig))
    assert keys(person) == []


def test_waiting_of_reviews_counts_owners():
    sig = SigFactory()
    person = member(sig)
    repository = RepositoryFactory(sig=sig)
    note_owners(
        repository,
        "OWNERS",
        approvers=[],
        reviewers=[person.login.upper()],
        valid_from=AT - DAY,
    )
    PullRequestFactory(repository=repository)
    [kind] = waiting_of(person, AT)
    assert "OWNERS" in kind.entries[0].why


def test_waiting_of_reviews_leaves_out_own_drafts_and_reviewed_and_puts_oldest_first():
    sig = SigFactory()
    person = member(sig, RoleTerm.Role.MAINTAINER)
    repository = RepositoryFactory(sig=sig)
    later, first = (
        PullRequestFactory(repository=repository, created_at=AT - age * DAY) for age in (1, 9)
    )
    PullRequestFactory(repository=repository, author=person.accounts.first())
    PullRequestFactory(repository=repository, is_draft=True)
    PullRequestFactory(repository=repository, first_review_at=AT)
    PullRequestFactory(repository=repository, state="merged")
    [kind] = waiting_of(person, AT)
    assert [entry.url for entry in kind.entries] == [
        first.get_absolute_url(),
        later.get_absolute_url(),
    ]


def crowded(rows):
    """A maintainer for whom that many of everything wait."""
    person = PersonFactory()
    AccountFactory(person=person)
    for _number in range(rows):
        sig = SigFactory()
        RoleTermFactory(sig=sig, person=person, role=RoleTerm.Role.MAINTAINER)
        policy = PolicyFactory(sig=sig)
        PromotionFactory(sig=sig, person=person, policy=policy, state="nominated")
        Inquiry.objects.create(person=person, sig=sig, asked_at=AT, asked_by=person)
        meeting = held(sig, host=person)
        ActionItemFactory(meeting=meeting, owner=person)
        MeetingFactory(sig=sig, starts_at=AT + DAY, host=person)
        offered = MinutesRevisionFactory(meeting=meeting, state=MinutesRevision.State.COMMENT)
        MinutesComment.objects.create(
            meeting=meeting, revision=offered, author=person, body="?", created_at=AT
        )
        PullRequestFactory(repository=RepositoryFactory(sig=sig))
    return person


@pytest.mark.parametrize("rows", [1, 3])
def test_waiting_of_asks_the_database_a_constant_number_of_times(rows, django_assert_num_queries):
    person = crowded(rows)
    with django_assert_num_queries(QUERIES):
        found = waiting_of(person, AT)
    assert [kind.key for kind in found] == [
        "promotions", "inquiries", "minutes", "remarks", "actions", "duties", "reviews",
    ]  # fmt: skip


def test_waiting_page_sends_to_sign_in_and_back(client):
    answer = client.get("/people/me/")
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/people/me/")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_waiting_page_says_what_waits_or_that_nothing_does(client, prefix):
    person = member(SigFactory())
    person.user = User.objects.create_user("reader")
    person.save()
    client.force_login(person.user)
    page = client.get(f"{prefix}/people/me/").content.decode()
    assert f'href="{prefix}/people/me/notices/"' in page
    meeting = MeetingFactory(starts_at=timezone.now())
    ActionItemFactory(meeting=meeting, owner=person, text="<b>换掉示例</b>")
    page = client.get(f"{prefix}/people/me/").content.decode()
    assert "&lt;b&gt;换掉示例" in page
    assert 'class="empty"' not in page
