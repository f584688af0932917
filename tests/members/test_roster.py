"""The roster of today and of any other day."""

import dataclasses
import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from members import roster
from members.models import Leave
from members.policy import Rules
from members.policy_json import rules_to_json
from tests.factories import (
    PersonFactory,
    PolicyFactory,
    RepositoryFactory,
    RoleTermFactory,
    SigFactory,
)

from .cast import user_of

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
    groups = roster.groups_on(sig, TODAY, {})
    assert [(g.role, [t.person.name for t in g.terms]) for g in groups] == [
        ("maintainer", ["甲"]),
        ("committer", ["乙", "丙"]),
        ("contributor", ["丁"]),
    ]


def test_groups_on_counts_the_first_day_and_not_the_last(sig):
    RoleTermFactory(sig=sig, started_on=dt.date(2025, 1, 1), ended_on=dt.date(2025, 6, 1))
    days = [dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 5, 31), dt.date(2025, 6, 1)]
    assert [bool(roster.groups_on(sig, day, {})) for day in days] == [False, True, True, False]


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
        RoleTermFactory(sig=sig, started_on=dt.date(2025, 1, 1), ended_on=dt.date(2025, 6, 1))
    # SIG, rules, terms, accounts, scopes, former terms, their accounts, changes
    with django_assert_num_queries(8):
        show(client, sig)


# ── leave ─────────────────────────────────────────────────────────────────────────────────────
def holder_of(response, role="committer", index=0):
    groups = {group.role: group for group in response.context["groups"]}
    return groups[role].holders[index]


def test_roster_says_who_is_on_leave_and_until_when_but_not_why(client, sig):
    term = RoleTermFactory(sig=sig)
    Leave.objects.create(
        person=term.person, sig=sig, note="家事",
        started_on=dt.date(2026, 3, 5), ended_on=dt.date(2026, 3, 20),
    )  # fmt: skip
    days = ["2026-03-04", "2026-03-05", "2026-03-19", "2026-03-20"]
    assert [holder_of(show(client, sig, on=day)).is_on_leave for day in days] == [
        False, True, True, False,
    ]  # fmt: skip
    page = show(client, sig).content.decode()
    assert "请假" in page
    assert "2026-03-20" in page
    assert "家事" not in page


def test_roster_says_that_a_return_is_not_known(client, sig):
    term = RoleTermFactory(sig=sig)
    Leave.objects.create(person=term.person, sig=sig, started_on=dt.date(2026, 1, 1))
    Leave.objects.create(person=term.person, sig=SigFactory(), started_on=dt.date(2026, 1, 1))
    assert "请假，返回日期未定" in show(client, sig).content.decode()


def test_roster_ignores_a_leave_from_another_sig(client, sig):
    term = RoleTermFactory(sig=sig)
    Leave.objects.create(person=term.person, sig=SigFactory(), started_on=dt.date(2026, 1, 1))
    assert not holder_of(show(client, sig)).is_on_leave


# ── seats, terms, member since ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("minimum", "maximum", "held", "sentence", "mark"),
    [
        (1, 3, 2, "Committer 2 人，规则允许 1–3 人。", ""),
        (1, 3, 4, "Committer 4 人，规则允许 1–3 人。", "超出规则"),
        (2, 0, 1, "Committer 1 人，规则要求至少 2 人。", "少于规则"),
        (0, 2, 2, "Committer 2 人，规则允许至多 2 人。", ""),
        (1, 3, 0, "Committer 0 人，规则允许 1–3 人。", "少于规则"),
    ],
)
def test_roster_says_how_many_seats_the_rules_allow(
    client, sig, minimum, maximum, held, sentence, mark
):
    policy_with(sig, seats_min=minimum, seats_max=maximum)
    for _ in range(held):
        RoleTermFactory(sig=sig)
    page = show(client, sig).content.decode()
    assert sentence in page
    assert [text in page for text in ("超出规则", "少于规则")] == [
        mark == "超出规则", mark == "少于规则",
    ]  # fmt: skip


def policy_with(sig, role="committer", **changes):
    rules = rules_to_json(dataclasses.replace(Rules(), **changes))
    return PolicyFactory(sig=sig, role=role, rules=rules)


def test_roster_without_limits_says_nothing_of_seats(client, sig):
    RoleTermFactory(sig=sig)
    assert show(client, sig).context["seats"] == []


def test_roster_uses_the_rules_of_the_day(client, sig):
    RoleTermFactory(sig=sig, started_on=dt.date(2025, 1, 1))
    policy = policy_with(sig, seats_max=3)
    policy.effective_from = dt.date(2026, 3, 1)
    policy.save()
    assert show(client, sig, on="2026-02-28").context["seats"] == []
    assert len(show(client, sig).context["seats"]) == 1


@pytest.mark.parametrize(
    ("due_on", "soon", "text"),
    [
        (dt.date(2026, 5, 5), False, ""),
        (dt.date(2026, 5, 4), True, "即将到期"),
        (dt.date(2026, 3, 6), True, "即将到期"),
        (dt.date(2026, 3, 5), True, "已到期"),
    ],
)
def test_roster_marks_terms_that_end_within_sixty_days(client, sig, due_on, soon, text):
    RoleTermFactory(sig=sig, due_on=due_on)
    response = show(client, sig)
    holder = holder_of(response)
    assert (holder.due_on, holder.is_due_soon) == (due_on, soon)
    assert not text or text in response.content.decode()


def test_roster_reckons_the_end_of_a_term_by_the_rules_where_none_was_said(client, sig):
    RoleTermFactory(sig=sig, started_on=dt.date(2025, 8, 31))
    policy_with(sig, term_months=6)
    assert holder_of(show(client, sig)).due_on == dt.date(2026, 2, 28)


@pytest.mark.parametrize(
    ("role", "shown"), [("maintainer", True), ("committer", False), ("contributor", False)]
)
def test_list_of_ending_terms_is_for_maintainers(client, sig, role, shown):
    RoleTermFactory(sig=sig, person__name="将满", due_on=dt.date(2026, 4, 1))
    reader = RoleTermFactory(sig=sig, role=role).person
    assert "60 天内到期的任期" not in show(client, sig).content.decode()
    client.force_login(user_of(reader))
    assert ("60 天内到期的任期" in show(client, sig).content.decode()) == shown
    assert "60 天内到期的任期" not in show(client, sig, on="2026-03-04").content.decode()


def test_roster_says_since_when_one_is_a_member(client, sig):
    person = PersonFactory()
    first = dt.date(2024, 5, 6)
    RoleTermFactory(
        sig=sig, person=person, role="contributor", started_on=first, ended_on=dt.date(2025, 1, 1)
    )
    RoleTermFactory(person=person, started_on=dt.date(2020, 1, 1))
    RoleTermFactory(sig=sig, person=person, started_on=dt.date(2025, 1, 1))
    assert holder_of(show(client, sig)).member_since == first


# ── emeriti and former members ────────────────────────────────────────────────────────────────
def ended(sig, how, role="committer", person=None, on=dt.date(2026, 2, 1)):
    values = {"person": person} if person else {}
    return RoleTermFactory(
        sig=sig, role=role, started_on=dt.date(2025, 1, 1), ended_on=on, ended_as=how, **values
    )


def listed(response):
    return [[term.pk for term in response.context[name]] for name in ("emeriti", "former")]


def test_roster_groups_emeriti_and_former_members_by_how_the_term_ended(client, sig):
    emeritus = ended(sig, "emeritus")
    others = [ended(sig, how) for how in ("removed", "stepped_down", "term_over", "")]
    response = show(client, sig)
    assert listed(response) == [[emeritus.pk], [term.pk for term in reversed(others)]]
    page = response.content.decode()
    for text in ("荣誉成员", "免去", "卸任", "任期届满", "没有记录"):
        assert text in page


def test_roster_of_a_past_day_knows_who_was_emeritus_then(client, sig):
    term = ended(sig, "emeritus")
    assert listed(show(client, sig, on="2026-01-31")) == [[], []]
    assert listed(show(client, sig, on="2026-02-01")) == [[term.pk], []]


def test_who_holds_a_role_again_is_no_former_member(client, sig):
    for how in ("emeritus", "removed", "promoted"):
        person = ended(sig, how).person
        RoleTermFactory(sig=sig, person=person, role="maintainer", started_on=dt.date(2026, 2, 1))
    assert listed(show(client, sig)) == [[], []]


@pytest.mark.parametrize(
    ("left", "holds", "shown"),
    [
        ("maintainer", "committer", True),
        ("maintainer", "contributor", True),
        ("maintainer", "maintainer", False),
        ("committer", "contributor", True),
        ("committer", "committer", False),
        ("committer", "maintainer", False),
        ("contributor", "contributor", False),
        ("contributor", "committer", False),
    ],
)
def test_emeritus_is_who_holds_only_lower_roles_since(client, sig, left, holds, shown):
    term = ended(sig, "emeritus", left)
    RoleTermFactory(sig=sig, person=term.person, role=holds, started_on=dt.date(2026, 2, 1))
    assert bool(listed(show(client, sig))[0]) is shown


def test_former_member_is_shown_once_by_the_last_term(client, sig):
    first = ended(sig, "emeritus", on=dt.date(2025, 6, 1))
    last = ended(sig, "removed", "maintainer", first.person)
    assert listed(show(client, sig)) == [[], [last.pk]]


def test_former_page_lists_everybody_page_by_page(client, sig):
    terms = [ended(sig, "stepped_down", on=dt.date(2025, 2, 1)) for _ in range(51)]
    address = reverse("members:roster-former", args=[sig.slug])
    first = client.get(address).context["page"]
    second = client.get(address, {"older": first.older}).context["page"]
    shown = [term.pk for page in (first, second) for term in page.rows]
    assert shown == [term.pk for term in reversed(terms)]
    assert "全部往届成员" in show(client, sig).content.decode()


def test_former_page_is_empty_with_a_way_back(client, sig):
    page = client.get(reverse("members:roster-former", args=[sig.slug])).content.decode()
    assert "还没有往届成员" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_former_page_takes_the_same_queries(client, sig, django_assert_num_queries, rows):
    for _ in range(rows):
        ended(sig, "removed")
    # SIG, terms, accounts
    with django_assert_num_queries(3):
        client.get(reverse("members:roster-former", args=[sig.slug]))


# ── employers ─────────────────────────────────────────────────────────────────────────────────
def test_organizations_count_people_once_without_case_and_the_unknown_last(sig):
    for name in ("Star ", "star", "", "", "", "Moon"):
        RoleTermFactory(sig=sig, person__organization=name)
    twice = RoleTermFactory(sig=sig, person__organization="Moon").person
    RoleTermFactory(sig=sig, person=twice, role="maintainer")
    rows = roster.organizations_of(roster.groups_on(sig, TODAY, {}))
    assert [
        (row.name, row.people, row.maintainers, row.committers, row.percent) for row in rows
    ] == [
        ("Moon", 2, 1, 2, 29),
        ("Star", 2, 0, 2, 29),
        ("", 3, 0, 3, 43),
    ]


def test_roster_shows_employers(client, sig):
    RoleTermFactory(sig=sig, person__organization="星图实验室")
    assert "星图实验室" in show(client, sig).content.decode()
