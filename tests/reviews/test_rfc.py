"""RFCs: every step in every state for everybody, and what the mirror and resolutions do to them."""

import datetime as dt
from pathlib import Path
from uuid import uuid4

import pytest

from ledger.models import Entry
from members.refusals import BadProposal, NotAllowed, Refusal
from reviews import resolution as resolutions
from reviews import rfc as rfcs
from reviews.models import Rfc
from reviews.resolution import Proposal
from reviews.rfc import WrongState, note_rfcs, rfcs_in_review
from reviews.rfc_transitions import TRANSITIONS
from reviews.rules import can_move_rfc
from tests.factories import (
    IssueFactory,
    PersonFactory,
    PullRequestFactory,
    RepositoryFactory,
    ResolutionFactory,
    RfcFactory,
    RoleTermFactory,
)

AT = dt.datetime(2026, 6, 1, 2, 0, tzinfo=dt.UTC)
DRAFT, IN_REVIEW, ACCEPTED, REJECTED, SUPERSEDED = (str(state) for state in Rfc.State)
pytestmark = pytest.mark.django_db


@pytest.fixture
def repository():
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


@pytest.fixture
def maintainer(repository):
    return RoleTermFactory(
        sig=repository.sig, role="maintainer", person__account__login="lin"
    ).person


def rfc_in(repository, state=DRAFT, **more):
    return RfcFactory(issue__repository=repository, state=state, **more)


def decide(subject, by, outcome, **more):
    proposal = Proposal(subject, "结论", outcome, "讨论充分", **more)
    return resolutions.adopt(proposal=proposal, token=uuid4(), by=by, at=AT)


def state_of(rfc):
    return Rfc.objects.get(pk=rfc.pk).state


# ── by hand: state x action x who ─────────────────────────────────────────────────────────────
PEOPLE = ("author", "contributor", "committer", "maintainer", "outsider", "maintainer elsewhere")
MOVERS = {
    "submit": {"author", "contributor", "committer", "maintainer"},
    "take_back": {"author", "contributor", "committer", "maintainer"},
    "supersede": {"maintainer"},
}
SOURCES = {
    "submit": {DRAFT: IN_REVIEW},
    "take_back": {IN_REVIEW: DRAFT},
    "supersede": dict.fromkeys((DRAFT, IN_REVIEW, ACCEPTED, REJECTED), SUPERSEDED),
}


def person_as(who, rfc):
    if who == "author":
        return rfc.issue.author.person
    if who == "outsider":
        return PersonFactory()
    sig = RepositoryFactory().sig if who == "maintainer elsewhere" else rfc.issue.repository.sig
    return RoleTermFactory(sig=sig, role=who.split()[0]).person


def move(action, rfc, by):
    if action == "supersede":
        successor = rfc_in(rfc.issue.repository)
        return rfcs.name_successor(rfc_id=rfc.pk, successor=successor, by=by, at=AT)
    steps = {"submit": rfcs.submit, "take_back": rfcs.take_back}
    return steps[action](rfc_id=rfc.pk, by=by, at=AT)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("action", MOVERS)
@pytest.mark.parametrize("state", [str(state) for state in Rfc.State])
def test_step_by_hand_needs_the_right_and_the_state(repository, state, action, who):
    rfc = rfc_in(repository, state)
    by = person_as(who, rfc)
    target = SOURCES[action].get(state)
    wrong = None if target else WrongState
    refusal = wrong if who in MOVERS[action] else NotAllowed
    roles = frozenset(by.role_terms.filter(sig=repository.sig).values_list("role", flat=True))
    assert can_move_rfc(action, by, rfc, roles) == (refusal is None)

    if refusal is not None:
        with pytest.raises(refusal):
            move(action, rfc, by)
        assert state_of(rfc) == state
        assert not Entry.objects.exists()
        return
    move(action, rfc, by)
    assert state_of(rfc) == target
    entry = Entry.objects.get()
    assert (entry.action, entry.subject, entry.actor) == (
        f"rfc.{target}",
        f"rfc:gitee:example/one#{rfc.issue.number}",
        by.actor,
    )
    assert (entry.data["from"], entry.data["number"]) == (state, rfc.issue.number)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("action", ["accept", "reject", "defer"])
def test_outcome_is_nobodys_to_set_by_hand(repository, action, who):
    rfc = rfc_in(repository, TRANSITIONS[action].sources[0])
    by = person_as(who, rfc)
    roles = frozenset(by.role_terms.values_list("role", flat=True))
    assert not can_move_rfc(action, by, rfc, roles)


def test_step_writes_when_it_was_taken(repository):
    rfc = rfc_in(repository)
    rfcs.submit(rfc_id=rfc.pk, by=rfc.issue.author.person, at=AT)
    rfc.refresh_from_db()
    assert rfc.state_changed_at == AT


def test_documentation_holds_the_table():
    text = (Path(__file__).parents[2] / "docs" / "reviews.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    table = [
        f"| {step.name} | {', '.join(step.sources)} | {step.target} | {step.who} |"
        for step in TRANSITIONS.values()
    ]
    assert [row for row in rows if row.split("|")[1].strip() in TRANSITIONS] == table


# ── naming a successor ────────────────────────────────────────────────────────────────────────
def test_successor_is_another_standing_rfc_of_the_sig(repository, maintainer):
    rfc = rfc_in(repository, ACCEPTED)
    gone, elsewhere = rfc_in(repository, SUPERSEDED), RfcFactory()
    for successor in (rfc, gone, elsewhere):
        with pytest.raises(BadProposal):
            rfcs.name_successor(rfc_id=rfc.pk, successor=successor, by=maintainer, at=AT)
    assert state_of(rfc) == ACCEPTED


def test_chain_of_successors_never_comes_back(repository, maintainer):
    first, second = rfc_in(repository, ACCEPTED), rfc_in(repository)
    rfcs.name_successor(rfc_id=first.pk, successor=second, by=maintainer, at=AT)
    with pytest.raises(BadProposal):
        rfcs.name_successor(rfc_id=second.pk, successor=first, by=maintainer, at=AT)
    first.refresh_from_db()
    assert first.superseded_by == second
    assert Entry.objects.get().data["successor"] == f"gitee:example/one#{second.issue.number}"


# ── by a resolution: state x outcome, superseding or not ──────────────────────────────────────
FIRST = {
    (DRAFT, "accepted"): BadProposal,
    (DRAFT, "rejected"): BadProposal,
    (DRAFT, "deferred"): DRAFT,
    (IN_REVIEW, "accepted"): ACCEPTED,
    (IN_REVIEW, "rejected"): REJECTED,
    (IN_REVIEW, "deferred"): IN_REVIEW,
    (ACCEPTED, "accepted"): BadProposal,
    (ACCEPTED, "rejected"): BadProposal,
    (ACCEPTED, "deferred"): BadProposal,
    (REJECTED, "accepted"): BadProposal,
    (REJECTED, "rejected"): BadProposal,
    (REJECTED, "deferred"): BadProposal,
    (SUPERSEDED, "accepted"): WrongState,
    (SUPERSEDED, "rejected"): WrongState,
    (SUPERSEDED, "deferred"): WrongState,
}
REVISING = {
    **FIRST,
    (ACCEPTED, "accepted"): ACCEPTED,
    (ACCEPTED, "rejected"): REJECTED,
    (ACCEPTED, "deferred"): IN_REVIEW,
    (REJECTED, "accepted"): ACCEPTED,
    (REJECTED, "rejected"): REJECTED,
    (REJECTED, "deferred"): IN_REVIEW,
}


@pytest.mark.parametrize(("state", "outcome"), FIRST)
@pytest.mark.parametrize("revises", [False, True])
def test_resolution_moves_its_rfc(repository, maintainer, state, outcome, revises):
    rfc = rfc_in(repository, state)
    if revises:
        ResolutionFactory(on=rfc.issue, number=1)
    expected = (REVISING if revises else FIRST)[state, outcome]
    more = {"supersedes": 1} if revises else {}
    if not isinstance(expected, str):
        with pytest.raises(expected):
            decide(rfc.issue, maintainer, outcome, **more)
        assert state_of(rfc) == state
        assert not Entry.objects.exists()
        return
    made = decide(rfc.issue, maintainer, outcome, **more)
    assert state_of(rfc) == expected
    moved = Entry.objects.filter(action__startswith="rfc.")
    if expected == state:
        assert not moved.exists()
    else:
        assert moved.get().action == f"rfc.{expected}"
        assert moved.get().data["resolution"] == made.number


@pytest.mark.parametrize("subject", ["pull", "rfc"])
def test_resolution_on_something_else_supersedes_the_rfc(repository, maintainer, subject):
    old = rfc_in(repository, IN_REVIEW)
    decide(old.issue, maintainer, "accepted")
    new = rfc_in(repository, IN_REVIEW) if subject == "rfc" else None
    other = new.issue if new else PullRequestFactory(repository=repository)
    decide(other, maintainer, "accepted", supersedes=1)

    old.refresh_from_db()
    assert (old.state, old.superseded_by) == (SUPERSEDED, new)
    if new:
        assert state_of(new) == ACCEPTED


def test_resolution_that_refuses_something_else_names_no_successor(repository, maintainer):
    old, new = rfc_in(repository, IN_REVIEW), rfc_in(repository, IN_REVIEW)
    decide(old.issue, maintainer, "accepted")
    decide(new.issue, maintainer, "rejected", supersedes=1)
    old.refresh_from_db()
    assert (old.state, old.superseded_by) == (SUPERSEDED, None)


def test_resolution_on_a_plain_issue_moves_no_rfc(repository, maintainer):
    rfc = rfc_in(repository, IN_REVIEW)
    decide(IssueFactory(repository=repository), maintainer, "accepted")
    assert state_of(rfc) == IN_REVIEW


def test_refusal_names_the_resolution_to_supersede(repository, maintainer):
    rfc = rfc_in(repository, IN_REVIEW)
    decide(rfc.issue, maintainer, "accepted")
    with pytest.raises(BadProposal) as refusal:
        decide(rfc.issue, maintainer, "rejected")
    assert "取代第 1 号决议" in str(refusal.value)


def test_refusals_are_sentences(repository, maintainer):
    rfc = rfc_in(repository, SUPERSEDED)
    with pytest.raises(Refusal) as refusal:
        rfcs.submit(rfc_id=rfc.pk, by=maintainer, at=AT)
    assert "已被取代" in str(refusal.value)


# ── from the mirror ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("labels", "is_one"),
    [
        (["RFC"], True),
        (["rfc"], True),
        (["bug", "Kind/RFC"], True),
        (["type/rfc"], True),
        ([" rfc "], True),
        (["rfc-draft"], False),
        (["bug"], False),
        ([], False),
    ],
)
def test_note_rfcs_goes_by_the_label_in_any_case(repository, labels, is_one):
    issue = IssueFactory(repository=repository, labels=labels)
    for _time in range(2):
        note_rfcs(repository, [issue.number])
    assert list(Rfc.objects.values_list("issue", "state", "state_changed_at")) == (
        [(issue.pk, DRAFT, issue.created_at)] if is_one else []
    )


def test_note_rfcs_obeys_the_setting(repository, settings):
    settings.RFC_LABELS = ["提案"]
    wanted = IssueFactory(repository=repository, labels=["提案"])
    other = IssueFactory(repository=repository, labels=["RFC"])
    note_rfcs(repository, [wanted.number, other.number])
    assert Rfc.objects.get().issue == wanted


def test_note_rfcs_looks_at_the_named_issues_only(repository):
    IssueFactory(repository=repository, labels=["RFC"], number="I0001")
    IssueFactory(labels=["RFC"], number="I0002")
    note_rfcs(repository, ["I0002", "I0003"])
    assert not Rfc.objects.exists()


def unlabel(rfc):
    rfc.issue.labels = []
    rfc.issue.save()
    note_rfcs(rfc.issue.repository, [rfc.issue.number])
    return Rfc.objects.filter(pk=rfc.pk).exists()


def test_rfc_without_its_label_goes_unless_anything_happened(repository, maintainer):
    untouched, submitted, returned, deferred = (rfc_in(repository) for _time in range(4))
    for rfc in (submitted, returned):
        rfcs.submit(rfc_id=rfc.pk, by=maintainer, at=AT)
    rfcs.take_back(rfc_id=returned.pk, by=maintainer, at=AT)
    decide(deferred.issue, maintainer, "deferred")
    kept = [unlabel(rfc) for rfc in (untouched, submitted, returned, deferred)]
    assert kept == [False, True, True, True]


@pytest.mark.parametrize(
    ("outcome", "state"), [("accepted", ACCEPTED), ("rejected", REJECTED), ("deferred", DRAFT)]
)
def test_rfc_begins_where_an_older_resolution_left_it(repository, maintainer, outcome, state):
    issue = IssueFactory(repository=repository, number="I0009")
    decide(issue, maintainer, outcome)
    issue.delete()
    IssueFactory(repository=repository, number="I0009", labels=["RFC"])
    note_rfcs(repository, ["I0009"])
    rfc = Rfc.objects.get()
    assert rfc.state == state
    assert rfc.state_changed_at == (AT if state != DRAFT else rfc.issue.created_at)


def mirrored_anew(rfc):
    values = {name: getattr(rfc.issue, name) for name in ("repository", "number", "labels")}
    rfc.issue.delete()
    IssueFactory(**values)
    note_rfcs(values["repository"], [values["number"]])
    return Rfc.objects.get(issue__number=values["number"])


def test_rfc_mirrored_anew_begins_where_it_was_left(repository, maintainer):
    submitted, old, new = (rfc_in(repository) for _time in range(3))
    rfcs.submit(rfc_id=submitted.pk, by=maintainer, at=AT)
    rfcs.name_successor(rfc_id=old.pk, successor=new, by=maintainer, at=AT)
    again = [mirrored_anew(rfc) for rfc in (submitted, old)]
    states = [(rfc.state, rfc.state_changed_at, rfc.superseded_by) for rfc in again]
    assert states == [(IN_REVIEW, AT, None), (SUPERSEDED, AT, new)]
    rfcs.take_back(rfc_id=again[0].pk, by=maintainer, at=AT)


def test_rfc_begins_by_a_resolution_that_is_newer_than_its_last_move(repository, maintainer):
    rfc = rfc_in(repository)
    rfcs.submit(rfc_id=rfc.pk, by=maintainer, at=AT - dt.timedelta(days=1))
    Rfc.objects.all().delete()
    decide(rfc.issue, maintainer, "rejected")
    note_rfcs(repository, [rfc.issue.number])
    assert Rfc.objects.get().state == REJECTED


def test_rfc_of_a_long_name_has_a_key_that_fits_the_record(maintainer):
    place = RepositoryFactory(owner="o" * 150, name="n" * 150, sig=maintainer.role_terms.get().sig)
    rfc = rfc_in(place)
    rfcs.submit(rfc_id=rfc.pk, by=maintainer, at=AT)
    assert len(Entry.objects.get().subject) == len("rfc:") + 64


def test_rfc_begins_by_the_resolution_in_force(repository, maintainer):
    issue = IssueFactory(repository=repository)
    decide(issue, maintainer, "rejected")
    decide(issue, maintainer, "accepted", supersedes=1)
    issue.labels = ["RFC"]
    issue.save()
    note_rfcs(repository, [issue.number])
    assert Rfc.objects.get().state == ACCEPTED


@pytest.mark.parametrize("count", [1, 30])
def test_note_rfcs_takes_a_fixed_number_of_queries(repository, count, django_assert_num_queries):
    numbers = [
        IssueFactory(repository=repository, labels=["RFC"]).number for _issue in range(count)
    ]
    # savepoint, issues, RFCs, entries, resolutions, insert, release
    with django_assert_num_queries(7):
        note_rfcs(repository, numbers)
    assert Rfc.objects.count() == count


def test_sync_makes_rfcs_of_labelled_issues(host, run, repository):
    wanted = host.issue(1, labels=["RFC"])
    host.issue(2)
    run()
    assert Rfc.objects.get().issue.number == wanted.number


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def test_rfcs_in_review_lists_the_longest_waiting_first(repository):
    late = rfc_in(repository, IN_REVIEW, state_changed_at=AT)
    early = rfc_in(repository, IN_REVIEW, state_changed_at=AT - dt.timedelta(days=3))
    rfc_in(repository, DRAFT)
    RfcFactory(state=IN_REVIEW)
    assert list(rfcs_in_review(repository.sig)) == [early, late]
