"""After people of a running vote were merged, verify_ledger still finds every row as it was recorded."""

import datetime as dt

import pytest
from django.db import transaction

from members import merging, promotion, role_term, witness
from members.models import RoleTerm
from tests.factories import PersonFactory

from .cast import AT, make_cast

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(hours=1)


@transaction.atomic
def start(cast, person, role, on):
    role_term.start(person=person, sig=cast.sig, role=role, on=on, by=None, at=AT)


def test_merging_a_voter_the_candidate_and_the_nominator_is_no_fault():
    cast = make_cast()
    RoleTerm.objects.all().delete()
    voter, boss = PersonFactory(), cast.maintainers[0]
    roles = [
        *((person, "maintainer") for person in cast.maintainers),
        *((person, "committer") for person in (cast.committer, voter)),
        *((person, "contributor") for person in (cast.nominator, cast.candidate)),
    ]
    for number, (person, role) in enumerate(roles):
        start(cast, person, role, dt.date(2026, 1, 1 + number))
    step = {
        "promotion_id": promotion.nominate(
            sig=cast.sig,
            person=cast.candidate,
            role="committer",
            reason="长期评审",
            repositories=[cast.repository],
            by=cast.nominator,
            at=AT,
        ).pk
    }
    promotion.accept(**step, by=cast.candidate, at=AT)
    promotion.open_voting(**step, by=boss, at=AT)
    promotion.cast(**step, choice=1, by=voter, at=LATER, clock=lambda: LATER)
    assert list(witness.faults()) == []
    pairs = [
        (cast.committer, voter),
        (PersonFactory(), cast.candidate),
        (PersonFactory(), cast.nominator),
    ]
    for kept, gone in pairs:
        merging.merge(kept_id=kept.pk, gone_id=gone.pk, reason="同一人", by=boss, at=LATER)
    assert list(witness.faults()) == []
    assert cast.committer.ballots.count() == 1
