"""The roster of today and of any other day."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from members import roster
from tests.factories import PersonFactory, RepositoryFactory, RoleTermFactory, SigFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 5)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 3, 5, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def sig():
    return SigFactory(slug="star-map")


def show(client, sig, **query):
    return client.get(reverse("members:roster", args=[sig.slug]), query)


def names(response):
    return {
        group.role: [t.person.name for t in group.terms] for group in response.context["groups"]
    }


def test_groups_on_orders_roles_and_their_holders_by_seniority(sig):
    for role, name, year in (
        ("contributor", "丁", 2024), ("committer", "丙", 2026), ("committer", "乙", 2025),
        ("maintainer", "甲", 2026),
    ):  # fmt: skip
        RoleTermFactory(sig=sig, role=role, person__name=name, started_on=dt.date(year, 1, 1))
    RoleTermFactory(person__name="别的 SIG")
    groups = roster.groups_on(sig, TODAY)
    assert [(g.role, [t.person.name for t in g.terms]) for g in groups] == [
        ("maintainer", ["甲"]),
        ("committer", ["乙", "丙"]),
        ("contributor", ["丁"]),
    ]


def test_groups_on_counts_the_first_day_and_not_the_last(sig):
    RoleTermFactory(sig=sig, started_on=dt.date(2025, 1, 1), ended_on=dt.date(2025, 6, 1))
    days = [dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 5, 31), dt.date(2025, 6, 1)]
    assert [bool(roster.groups_on(sig, day)) for day in days] == [False, True, True, False]


def test_latest_events_tell_starts_and_ends_newest_first(sig):
    person = PersonFactory(name="甲")
    old = {"sig": sig, "person": person, "role": "contributor"}
    RoleTermFactory(**old, started_on=dt.date(2025, 1, 1), ended_on=dt.date(2025, 6, 1))
    RoleTermFactory(sig=sig, person=person, role="committer", started_on=dt.date(2025, 6, 1))
    events = [(e.on.isoformat(), e.term.role, e.is_start) for e in roster.latest_events(sig)]
    assert events == [
        ("2025-06-01", "committer", True),
        ("2025-06-01", "contributor", False),
        ("2025-01-01", "contributor", True),
    ]
    assert len(roster.latest_events(sig, limit=2)) == 2


def test_roster_shows_duty_scope_and_since(client, sig):
    term = RoleTermFactory(sig=sig, duty="训练负责人", started_on=dt.date(2025, 1, 2))
    term.repositories.add(RepositoryFactory(sig=sig, owner="stars", name="map"))
    page = show(client, sig).content.decode()
    for text in (term.person.name, term.person.login, "训练负责人", "stars/map", "2025-01-02"):
        assert text in page


def test_roster_of_a_past_day_says_so(client, sig):
    RoleTermFactory(sig=sig, person__name="昔", ended_on=dt.date(2026, 2, 1))
    RoleTermFactory(sig=sig, person__name="今", started_on=dt.date(2026, 2, 1))
    past = show(client, sig, on="2026-01-15")
    assert names(past) == {"committer": ["昔"]}
    assert "这是过去的一天" in past.content.decode()
    assert names(show(client, sig)) == {"committer": ["今"]}


def test_roster_of_a_day_to_come_says_so(client, sig):
    RoleTermFactory(sig=sig, person__name="将", started_on=dt.date(2026, 4, 1))
    coming = show(client, sig, on="2026-04-01")
    assert names(coming) == {"committer": ["将"]}
    assert "这一天还没有到" in coming.content.decode()


def test_roster_uses_the_calendar_of_the_sig(client):
    """At 04:00 UTC it is still the day before in Honolulu."""
    sig = SigFactory(time_zone="Pacific/Honolulu")
    assert show(client, sig).context["today"] == dt.date(2026, 3, 4)


@pytest.mark.parametrize(
    "day", ["banana", "2026-02-30", "2026-13-01", "-1", "99999-01-01", "0000-01-01"]
)
def test_bad_date_is_told_at_the_field_above_the_roster_of_today(client, sig, day):
    RoleTermFactory(sig=sig, person__name="今")
    response = show(client, sig, on=day)
    assert response.status_code == 200
    assert response.context["form"].errors["on"] == ["请按“2025-06-28”的格式填写一个存在的日期。"]
    assert names(response) == {"committer": ["今"]}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", ""])
def test_farthest_days_and_no_day_are_answered(client, sig, day):
    RoleTermFactory(sig=sig)
    assert show(client, sig, on=day).status_code == 200


def test_day_before_the_roster_says_when_it_begins(client, sig):
    RoleTermFactory(sig=sig, started_on=dt.date(2025, 1, 2))
    page = show(client, sig, on="2024-01-01").content.decode()
    assert "名册从" in page
    assert "2025-01-02" in page


def test_empty_roster_says_what_to_do(client, sig):
    assert "import_charter" in show(client, sig).content.decode()


def test_unknown_sig_is_not_found(client):
    assert client.get(reverse("members:roster", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_roster_asks_as_much_for_one_member_as_for_three(
    client, sig, django_assert_num_queries, rows
):
    repository = RepositoryFactory(sig=sig)
    for _ in range(rows):
        RoleTermFactory(sig=sig).repositories.add(repository)
    # SIG, terms, accounts, scopes, started, ended
    with django_assert_num_queries(6):
        show(client, sig)
