"""Leave on a page: who sees whose, and who may begin and end it."""

import datetime as dt

import pytest
from django.urls import reverse

from ledger.models import Entry
from members import rules
from members.ballot_box import database_now
from members.models import Leave
from tests.factories import AccountFactory, PersonFactory, RoleTermFactory, SigFactory

from .cast import make_cast, user_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
MEMBERS = ("maintainer", "committer", "contributor")
OTHERS = ("former", "stranger")


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def today(cast):
    """By the database's clock, as the pages have it."""
    return cast.sig.day_of(database_now())


@pytest.fixture
def enter(client, cast):
    def sign_in(who):
        client.force_login(user_of(person_of(cast, who)))
        return client

    return sign_in


def person_of(cast, who):
    return cast.maintainers[0] if who == "maintainer" else getattr(cast, who)


def page_of(cast):
    return reverse("members:leave-list", args=[cast.sig.slug])


def end_of(cast, leave):
    return reverse("members:leave-end", args=[cast.sig.slug, leave.pk])


def away(cast, who, on, until=None, note=""):
    person = person_of(cast, who)
    return Leave.objects.create(
        person=person, sig=cast.sig, started_on=on, ended_on=until, note=note
    )


@pytest.mark.parametrize("who", [*MEMBERS, *OTHERS])
def test_page_is_for_members(cast, enter, who):
    assert enter(who).get(page_of(cast)).status_code == (200 if who in MEMBERS else 403)


def test_page_asks_to_sign_in(cast, client):
    assert client.get(page_of(cast)).status_code == 302


@pytest.mark.parametrize("who", MEMBERS)
def test_member_begins_an_own_leave(cast, enter, today, who):
    data = {"on": today, "until": today + 7 * DAY, "note": "休假"}
    response = enter(who).post(page_of(cast), data, follow=True)
    assert "请假已登记" in response.content.decode()
    leave = Leave.objects.get()
    assert (leave.person, leave.started_on, leave.ended_on, leave.note) == (
        person_of(cast, who), today, today + 7 * DAY, "休假",
    )  # fmt: skip
    assert Entry.objects.get().action == "leave.started"


@pytest.mark.parametrize("who", OTHERS)
def test_others_begin_no_leave(cast, enter, today, who):
    assert enter(who).post(page_of(cast), {"on": today}).status_code == 403
    assert not Leave.objects.exists()


@pytest.mark.parametrize("who", MEMBERS)
def test_only_a_maintainer_begins_a_leave_for_somebody_else(cast, enter, today, who):
    enter(who).post(page_of(cast), {"on": today, "login": "@Nominator"})
    # To anybody else the field is not there: it is their own leave.
    expected = cast.nominator if who == "maintainer" else person_of(cast, who)
    assert Leave.objects.get().person == expected


def test_unknown_and_ambiguous_logins_are_told_at_the_field(cast, enter, today):
    AccountFactory(login="nominator", host="github")
    for login, words in (("nobody", "没有找到账号"), ("nominator", "平台:账号")):
        response = enter("maintainer").post(page_of(cast), {"on": today, "login": login})
        assert words in response.context["form"].errors["login"][0]
    assert not Leave.objects.exists()


def test_stranger_cannot_be_put_on_leave(cast, enter, today):
    response = enter("maintainer").post(page_of(cast), {"on": today, "login": "stranger"})
    assert "没有角色" in response.content.decode()
    assert not Leave.objects.exists()


@pytest.mark.parametrize(
    ("on", "until", "field"),
    [(-1, None, "on"), (0, 0, "until"), (0, -3, "until"), (0, 9_000, "until")],
)
def test_bad_days_are_told_at_the_field(cast, enter, today, on, until, field):
    data = {"on": today + on * DAY} | ({} if until is None else {"until": today + until * DAY})
    response = enter("committer").post(page_of(cast), data)
    assert list(response.context["form"].errors) == [field]
    assert not Leave.objects.exists()


@pytest.mark.parametrize("text", ["", "banana", "2026-02-30", "0000-01-01", "99999-01-01"])
def test_unreadable_day_is_told_at_the_field(cast, enter, text):
    response = enter("committer").post(page_of(cast), {"on": text})
    assert list(response.context["form"].errors) == ["on"]


@pytest.mark.parametrize("who", [*MEMBERS, *OTHERS])
def test_leave_is_ended_by_the_one_away_or_a_maintainer(cast, enter, today, who):
    leave = away(cast, "committer", today - 5 * DAY)
    enter(who).post(end_of(cast, leave), {"on": today})
    leave.refresh_from_db()
    assert (leave.ended_on == today) == (who in ("maintainer", "committer"))


def test_bad_return_is_told_at_the_leave(cast, enter, today):
    leave = away(cast, "committer", today - 5 * DAY)
    response = enter("committer").post(end_of(cast, leave), {"on": today - DAY})
    assert list(response.context["rows"][0].form.errors) == ["on"]
    leave.refresh_from_db()
    assert leave.ended_on is None


def test_leave_of_another_sig_is_not_found(cast, enter, today):
    other = Leave.objects.create(
        person=cast.maintainers[0], sig=SigFactory(), started_on=today - DAY
    )
    assert enter("maintainer").post(end_of(cast, other), {"on": today}).status_code == 404


@pytest.mark.parametrize("who", ["get", "head"])
def test_ending_takes_a_post(cast, enter, today, who):
    leave = away(cast, "committer", today)
    assert getattr(enter("committer"), who)(end_of(cast, leave)).status_code == 405


@pytest.mark.parametrize("who", MEMBERS)
def test_leaves_and_notes_of_others_are_for_maintainers(cast, enter, today, who):
    away(cast, "nominator", today, note="住院")
    away(cast, "nominator", today - 9 * DAY, today - 5 * DAY, note="搬家")
    page = enter(who).get(page_of(cast)).content.decode()
    assert [text in page for text in ("住院", "搬家")] == [who == "maintainer"] * 2


@pytest.mark.parametrize(
    ("reader", "sees"),
    [("maintainer", True), ("committer", True), ("contributor", False), ("stranger", False)],
)
def test_note_is_for_its_owner_and_maintainers(cast, reader, sees):
    person = person_of(cast, reader)
    roles = rules.roles_of(person, cast.sig)
    assert rules.can_see_leave_note(person, cast.committer, roles) is sees
    assert not rules.can_see_leave_note(None, cast.committer, frozenset())


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_the_same_queries(cast, enter, today, django_assert_num_queries, rows):
    for _ in range(rows):
        person = RoleTermFactory(sig=cast.sig, person=PersonFactory()).person
        Leave.objects.create(person=person, sig=cast.sig, started_on=today)
        Leave.objects.create(
            person=person, sig=cast.sig, started_on=today - 9 * DAY, ended_on=today - 5 * DAY
        )
    client = enter("maintainer")
    # session, user, SIG, person, clock, roles, clock, past leaves and their accounts, running leaves
    # and theirs, the reader's accounts
    with django_assert_num_queries(12):
        client.get(page_of(cast))
