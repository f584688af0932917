"""Whatever is changed behind the portal's back is found by verify_ledger, row by row and column by column."""

import datetime as dt
import io
import json
import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from ledger.models import Entry
from members import leave, merging, refresh
from members import promotion as promotions
from members.adoption import adopt_preset
from members.models import (
    Ballot,
    Endorsement,
    Policy,
    Promotion,
    Recusal,
    RoleTerm,
    Statement,
)
from tests.factories import PersonFactory, RepositoryFactory

from .cast import AT, make_cast

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
LATER = AT + dt.timedelta(hours=1)


def verify():
    out = io.StringIO()
    call_command("verify_ledger", stdout=out)
    return out.getvalue()


def execute(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def story():
    """A promotion that went the whole way, with every kind of row; its cast's terms are in the ledger."""
    cast = make_cast()
    RoleTerm.objects.all().delete()
    people = [
        *((person, "maintainer") for person in cast.maintainers),
        (cast.committer, "committer"),
        (cast.nominator, "contributor"),
        (cast.candidate, "contributor"),
    ]
    for person, role in people:
        start(person, cast.sig, role)
    adopt_preset(
        sig=cast.sig, role="committer", preset="mindspore-transformers", on=DAY, by=None, at=AT
    )
    promotion = promotions.nominate(
        sig=cast.sig,
        person=cast.candidate,
        role="committer",
        reason="长期评审",
        duty="并行",
        repositories=[cast.repository],
        by=cast.nominator,
        at=AT,
    )
    about = {"promotion_id": promotion.pk}
    before = {"clock": lambda: AT}
    promotions.endorse(**about, by=cast.committer, at=AT)
    said = promotions.say(**about, body="评审很细", by=cast.committer, at=AT, **before)
    promotions.say(**about, body="同意", by=cast.nominator, at=AT, **before)
    promotions.accept(**about, by=cast.candidate, at=AT)
    promotions.open_voting(**about, by=cast.maintainers[0], at=AT)
    promotions.retract(statement_id=said.pk, by=cast.committer, at=LATER)
    promotions.recuse(**about, reason="同组", by=cast.committer, at=AT, **before)
    promotions.rejoin(**about, by=cast.committer, at=LATER, **before)
    promotions.recuse(**about, by=cast.committer, at=LATER, **before)
    for by, choice in zip(cast.maintainers, (1, 1, -1), strict=True):
        promotions.cast(**about, choice=choice, reason="看过", by=by, at=AT, **before)
    promotions.cast(**about, choice=0, by=cast.maintainers[2], at=AT, clock=lambda: LATER)
    promotions.close(**about, by=cast.maintainers[0], at=AT, **before)
    promotions.take_effect(**about, effective_on=DAY, by=cast.maintainers[0], at=AT)
    return cast


def start(person, sig, role):
    from members import role_term

    return role_term.start(
        person=person, sig=sig, role=role, on=dt.date(2026, 1, 1), by=None, at=AT
    )


def test_untouched_rows_are_in_order(story):
    assert "the chain holds" in verify()


TAMPERED = [
    ("members_ballot", Ballot, "voter_id", "stranger"),
    ("members_ballot", Ballot, "choice", 0),
    ("members_ballot", Ballot, "reason", "另一个理由"),
    ("members_ballot", Ballot, "cast_at", "2026-03-02 04:00:01+00:00"),
    ("members_ballot", Ballot, "superseded_at", "2026-03-02 04:00:01+00:00"),
    ("members_statement", Statement, "author_id", "stranger"),
    ("members_statement", Statement, "body", "评审很粗"),
    ("members_statement", Statement, "is_sealed", True),
    ("members_statement", Statement, "salt", "0"),
    ("members_statement", Statement, "at", "2026-03-02 04:00:01+00:00"),
    ("members_statement", Statement, "retracted_at", "2026-03-03 04:00:01+00:00"),
    ("members_recusal", Recusal, "person_id", "stranger"),
    ("members_recusal", Recusal, "reason", "没有理由"),
    ("members_recusal", Recusal, "at", "2026-03-02 04:00:01+00:00"),
    ("members_recusal", Recusal, "withdrawn_at", "2026-03-03 04:00:01+00:00"),
    ("members_endorsement", Endorsement, "person_id", "stranger"),
    ("members_endorsement", Endorsement, "organization", "别的单位"),
    ("members_endorsement", Endorsement, "at", "2026-03-02 04:00:01+00:00"),
    ("members_promotion", Promotion, "person_id", "stranger"),
    ("members_promotion", Promotion, "nominated_by_id", "stranger"),
    ("members_promotion", Promotion, "kind", "reinstate"),
    ("members_promotion", Promotion, "role", "maintainer"),
    ("members_promotion", Promotion, "duty", "别的职责"),
    ("members_promotion", Promotion, "reason", "别的理由"),
    ("members_promotion", Promotion, "evidence", "{}"),
    ("members_promotion", Promotion, "state", "rejected"),
    ("members_promotion", Promotion, "nominated_at", "2026-03-02 04:00:01+00:00"),
    ("members_promotion", Promotion, "answer_due_at", None),
    ("members_promotion", Promotion, "accepted_at", None),
    ("members_promotion", Promotion, "voting_opens_at", None),
    ("members_promotion", Promotion, "voting_closes_at", None),
    ("members_promotion", Promotion, "decided_at", None),
    ("members_promotion", Promotion, "effective_on", "2026-03-03"),
    ("members_promotion", Promotion, "on_leave", "[1]"),
    ("members_promotion", Promotion, "ratified_in", "例会"),
    ("members_promotion", Promotion, "outcome", "{}"),
    ("members_policy", Policy, "rules", "{}"),
    ("members_policy", Policy, "preset", "apache"),
    ("members_policy", Policy, "version", 7),
    ("members_policy", Policy, "role", "maintainer"),
    ("members_policy", Policy, "note", "改过"),
    ("members_policy", Policy, "effective_from", "2025-01-01"),
    ("members_roleterm", RoleTerm, "person_id", "stranger"),
    ("members_roleterm", RoleTerm, "role", "committer"),
    ("members_roleterm", RoleTerm, "duty", "别的职责"),
    ("members_roleterm", RoleTerm, "started_on", "2025-01-01"),
    ("members_roleterm", RoleTerm, "ended_on", "2027-01-01"),
    ("members_roleterm", RoleTerm, "ended_as", "removed"),
    ("members_roleterm", RoleTerm, "due_on", "2027-01-01"),
    ("members_roleterm", RoleTerm, "reason", "改过"),
    ("members_roleterm", RoleTerm, "entry_seq", None),
]


@pytest.mark.parametrize(("table", "model", "column", "value"), TAMPERED)
def test_one_changed_column_is_found(story, table, model, column, value):
    first = model.objects.order_by("pk").first()
    value = story.stranger.pk if value == "stranger" else value
    assert getattr(first, column) != value
    execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", value, first.pk)
    with pytest.raises(CommandError) as error:
        verify()
    # A version under a promotion is missed there first.
    named = {"members_roleterm": "role term", "members_policy": "policy|rules"}
    assert re.search(named.get(table, table.removeprefix("members_")), str(error.value))


@pytest.mark.parametrize(
    "table",
    ["members_ballot", "members_statement", "members_recusal", "members_endorsement"],
)
def test_a_row_taken_away_is_found(story, table):
    execute(f"DELETE FROM {table} WHERE id = (SELECT MIN(id) FROM {table})")
    with pytest.raises(CommandError, match="is gone"):
        verify()


def test_a_promotion_taken_away_is_found(story):
    for table in ("ballot", "statement", "recusal", "endorsement", "promotion_repositories"):
        execute(f"DELETE FROM members_{table}")
    execute("DELETE FROM members_promotion")
    with pytest.raises(CommandError, match="is gone"):
        verify()


def test_a_term_taken_away_is_found(story):
    RoleTerm.objects.filter(role="maintainer").first().delete()
    with pytest.raises(CommandError, match=r"role term .* is gone"):
        verify()


def test_rows_nobody_recorded_are_found(story):
    promotion = Promotion.objects.get()
    Ballot.objects.create(promotion=promotion, voter=story.stranger, choice=1, cast_at=AT)
    with pytest.raises(CommandError, match="stands in no entry"):
        verify()


def test_a_term_nobody_recorded_is_found(story):
    RoleTerm.objects.create(person=story.stranger, sig=story.sig, role="maintainer", started_on=DAY)
    with pytest.raises(CommandError, match=r"role term .* stands in no entry"):
        verify()


def test_another_repository_in_the_scope_is_found(story):
    Promotion.objects.get().repositories.add(RepositoryFactory(sig=story.sig))
    with pytest.raises(CommandError, match="repositories"):
        verify()


def test_another_repository_in_a_terms_scope_is_found(story):
    term = RoleTerm.objects.get(person=story.candidate, role="committer")
    term.repositories.add(RepositoryFactory(sig=story.sig))
    with pytest.raises(CommandError, match="role term"):
        verify()


def test_one_changed_figure_of_the_evidence_is_found(story):
    promotion = Promotion.objects.get()
    evidence = json.loads(json.dumps(promotion.evidence))
    evidence["figures"]["merged"]["value"] += 1
    Promotion.objects.update(evidence=evidence)
    with pytest.raises(CommandError, match="evidence"):
        verify()


def test_ballots_of_before_they_had_a_number_are_compared_in_order(story):
    """Entries of an earlier release say the choice and the reason only."""
    from members import witness

    entries = list(Entry.objects.filter(action="promotion.ballot"))
    rows = list(Ballot.objects.order_by("pk"))
    assert list(witness._unnamed(entries, rows)) == []
    rows[0].choice = -1
    assert len(list(witness._unnamed(entries, rows))) == 1
    assert list(witness._unnamed(entries, rows[1:]))
    assert "stands in no entry" in list(witness._unnamed(entries[1:], rows))[-1]


def test_refresh_leave_and_renaming_leave_everything_in_order(story):
    cast = story
    term = RoleTerm.objects.get(person=cast.candidate, role="committer")
    seen = refresh.fingerprint(refresh.holders(cast.sig, DAY))
    refresh.refresh(
        sig=cast.sig,
        wanted=[refresh.Wanted(term.pk, "推理", frozenset())],
        seen=seen,
        meeting="例会",
        by=cast.maintainers[0],
        at=AT,
    )
    leave.start(person=cast.committer, sig=cast.sig, on=DAY, by=cast.committer, at=AT)
    assert "the chain holds" in verify()


@pytest.mark.parametrize("part", ["voter", "candidate", "author"])
def test_a_merge_is_followed_and_what_is_changed_after_it_is_found(story, part):
    gone = {
        "voter": story.maintainers[2],
        "candidate": story.candidate,
        "author": story.nominator,
    }[part]
    kept = PersonFactory(account__login="kept")
    merging.merge(kept_id=kept.pk, gone_id=gone.pk, reason="同一人", by=None, at=LATER)
    assert "the chain holds" in verify()
    table, column = {
        "voter": (Ballot.objects.filter(choice=0), "voter"),
        "candidate": (Promotion.objects, "person"),
        "author": (Statement.objects.filter(body="同意"), "author"),
    }[part]
    table.update(**{column: story.stranger})
    with pytest.raises(CommandError, match="is not"):
        verify()
