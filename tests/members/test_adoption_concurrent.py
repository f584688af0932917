"""Two Maintainers at once, on whichever engine DATABASE_URL names: one version, one refusal."""

import dataclasses
import datetime as dt

import pytest

from ledger.models import Entry
from members.adoption import StalePolicy, adopt, stored_policy
from members.models import Policy
from members.presets import PRESETS
from tests.factories import PersonFactory, SigFactory

from .test_ballots_concurrent import at_once

pytestmark = pytest.mark.django_db(transaction=True)

AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 2)
DEFAULT = PRESETS["mindspore-transformers"]["committer"]


def test_of_many_who_adopt_at_once_one_does():
    sig, by = SigFactory(), PersonFactory()

    def job(days):
        rules = dataclasses.replace(DEFAULT, vote_working_days=days)
        return lambda: adopt(
            sig=sig, role="committer", rules=rules, on=TODAY, note="试", seen=0, by=by, at=AT
        )

    results = at_once([job(days) for days in range(1, 7)])
    assert sum(isinstance(result, Policy) for result in results) == 1
    assert sum(isinstance(result, StalePolicy) for result in results) == 5
    assert Policy.objects.get().version == 1
    assert Entry.objects.filter(action="policy.adopted").count() == 1


def test_first_needs_at_once_make_one_version():
    sig = SigFactory()

    def need():
        return stored_policy(sig=sig, role="committer", on=TODAY, by=None, at=AT)

    results = at_once([need] * 6)
    assert {result.pk for result in results} == {Policy.objects.get().pk}
