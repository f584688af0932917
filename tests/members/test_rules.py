import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser, User

from members import rules
from members.ballot_box import DatabaseDay, database_now
from tests.factories import PersonFactory, RoleTermFactory, SigFactory

from .cast import make_cast, user_of

pytestmark = pytest.mark.django_db
# who: (is_member, is_committer_or_above, is_maintainer)
CLAIMS = {
    "anonymous": (False, False, False),
    "superuser": (False, False, False),
    "stranger": (False, False, False),
    "former": (False, False, False),
    "contributor": (True, False, False),
    "committer": (True, True, False),
    "maintainer": (True, True, True),
}


@pytest.mark.parametrize("part", CLAIMS)
def test_claims_of_each_role(part):
    cast = make_cast()
    if part == "anonymous":
        user = AnonymousUser()
    elif part == "superuser":
        user = User.objects.create_superuser("root")
    else:
        user = user_of(cast.maintainers[0] if part == "maintainer" else getattr(cast, part))
    claims = (rules.is_member, rules.is_committer_or_above, rules.is_maintainer)
    assert tuple(claim(user, cast.sig) for claim in claims) == CLAIMS[part]
    assert not any(claim(user, SigFactory()) for claim in claims)


def test_roles_of_a_day_are_those_of_that_day():
    person, sig = PersonFactory(), SigFactory()
    days = [dt.date(2026, 1, 1), dt.date(2026, 2, 1)]
    RoleTermFactory(
        person=person, sig=sig, role="contributor", started_on=days[0], ended_on=days[1]
    )
    RoleTermFactory(person=person, sig=sig, role="committer", started_on=days[1])
    eve = days[1] - dt.timedelta(days=1)
    assert rules.roles_of(person, sig, eve) == {"contributor"}
    assert rules.roles_of(person, sig, days[1]) == {"committer"}
    assert rules.roles_of(person, sig, days[0] - dt.timedelta(days=1)) == frozenset()


@pytest.mark.parametrize(
    ("roles", "rank"), [((), 0), (("contributor",), 1), (("contributor", "maintainer"), 3)]
)
def test_rank_is_that_of_the_highest_role(roles, rank):
    assert rules.rank(frozenset(roles)) == rank


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_roles_of_today_are_by_the_databases_day_not_the_web_machines(days):
    sig = SigFactory()
    today = sig.day_of(database_now())
    begins, ends = PersonFactory(), PersonFactory()
    RoleTermFactory(person=begins, sig=sig, role="maintainer", started_on=today)
    RoleTermFactory(
        person=ends, sig=sig, role="maintainer", started_on=dt.date(2020, 1, 1), ended_on=today
    )
    with time_machine.travel(database_now() + dt.timedelta(days=days)):
        assert [rules.roles_of(person, sig) for person in (begins, ends)] == [
            {"maintainer"},
            frozenset(),
        ]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kolkata", "UTC"])
def test_database_day_is_the_day_in_the_sigs_zone(zone):
    sig = SigFactory(time_zone=zone)
    shown = type(sig).objects.annotate(today=DatabaseDay(sig)).get(pk=sig.pk).today
    assert shown == sig.day_of(database_now())
