"""Every (state, action) pair and every (role, action) pair of the table, refusals included."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser, User

from ledger.models import Entry
from members import promotion as promotions
from members import rules
from members.models import Ballot, Endorsement, Notice, Promotion, Recusal, Statement
from members.refusals import Closed, NotAllowed, Refusal, StillOpen, WrongKind, WrongState
from members.transitions import TRANSITIONS

from .cast import AT, default_policy, make_cast, user_of

pytestmark = pytest.mark.django_db
State = Promotion.State
ACTIONS = [name for name in TRANSITIONS if name != "nominate"]


@pytest.fixture
def cast():
    return make_cast()


def run(action, promotion, by, **more):
    """Take a step of the table as `by`, with a clock that has not reached the deadline."""
    before = {"clock": lambda: AT}
    steps = {
        "endorse": (promotions.endorse, {}),
        "accept": (promotions.accept, {}),
        "decline": (promotions.decline, {}),
        "withdraw": (promotions.withdraw, before),
        "say": (promotions.say, {"body": "评审很细", **before}),
        "open": (promotions.open_voting, {}),
        "cast": (promotions.cast, {"choice": 1, **before}),
        "recuse": (promotions.recuse, before),
        "rejoin": (promotions.rejoin, before),
        "close": (promotions.close, {"clock": lambda: dt.datetime(2999, 6, 1, tzinfo=dt.UTC)}),
        "expire": (promotions.expire, {}),
        "effect": (promotions.take_effect, {"effective_on": dt.date(2026, 3, 2)}),
    }
    step, values = steps[action]
    return step(promotion_id=promotion.pk, by=by, at=AT, **{**values, **more})


def doer(cast, action):
    """Somebody who has the right to the step; nobody for what the clock alone does."""
    if action in ("accept", "decline"):
        return cast.candidate
    if action == "expire":
        return None
    return cast.nominator if action == "withdraw" else cast.maintainers[0]


def proposed(cast, state, action, **values):
    """A promotion in a state, and what else the step presupposes."""
    due = {"answer_due_at": AT} if action == "expire" else {}
    promotion = cast.promotion(state, **due, **values)
    if action == "rejoin":
        for person in (*cast.maintainers, cast.committer):
            Recusal.objects.create(promotion=promotion, person=person, at=AT)
    return promotion


def written():
    """What a step may leave behind, counted."""
    return (
        Entry.objects.count(),
        Ballot.objects.count(),
        Statement.objects.count(),
        Endorsement.objects.count(),
        Recusal.objects.filter(withdrawn_at=None).count(),
        Notice.objects.count(),
    )


# ── state × action ────────────────────────────────────────────────────────────────────────────
RIGHT = [(state, name) for name in ACTIONS for state in TRANSITIONS[name].sources]
WRONG = [
    (state, name) for name in ACTIONS for state in State if state not in TRANSITIONS[name].sources
]


@pytest.mark.parametrize(("state", "action"), RIGHT)
def test_action_in_its_state_leads_to_a_target(cast, state, action):
    promotion = proposed(cast, state, action)
    run(action, promotion, doer(cast, action))
    promotion.refresh_from_db()
    assert promotion.state in (TRANSITIONS[action].targets or (state,))
    assert Entry.objects.filter(subject=f"promotion:{promotion.pk}").count() == 1


@pytest.mark.parametrize(("state", "action"), RIGHT)
def test_action_taken_twice_changes_nothing_or_is_refused_in_words(cast, state, action):
    promotion = proposed(cast, state, action)
    run(action, promotion, doer(cast, action))
    promotion.refresh_from_db()
    once = (promotion.state, written())
    sentence = ""
    try:
        run(action, promotion, doer(cast, action))
    except Refusal as refusal:
        sentence = str(refusal)
    promotion.refresh_from_db()
    assert (promotion.state, written()) == once
    # Where it is refused, the state it left for is why.
    assert bool(sentence) == (state != promotion.state)


@pytest.mark.parametrize(("state", "action"), WRONG)
def test_action_in_another_state_is_refused_and_writes_nothing(cast, state, action):
    promotion = proposed(cast, state, action)
    before = written()
    with pytest.raises((WrongState, Closed)) as refusal:
        run(action, promotion, doer(cast, action))
    promotion.refresh_from_db()
    assert (promotion.state, written()) == (state, before)
    assert str(refusal.value)


def test_table_reaches_every_state():
    reached = {target for transition in TRANSITIONS.values() for target in transition.targets}
    assert reached == set(State)


# ── role × action × state ─────────────────────────────────────────────────────────────────────
LEADERS = {"maintainer"}
VOTERS = {"maintainer", "committer"}
MEMBERS = {"maintainer", "committer", "contributor"}
MAY = {
    "endorse": MEMBERS,
    "accept": {"candidate"},
    "decline": {"candidate"},
    "withdraw": {"candidate", "nominator"},
    "say": MEMBERS | {"candidate", "nominator"},
    "open": LEADERS,
    "cast": VOTERS,
    "recuse": VOTERS,
    "rejoin": VOTERS,
    "close": LEADERS,
    "expire": set(),
    "effect": LEADERS,
}
PARTS = (
    "anonymous",
    "stranger",
    "contributor",
    "committer",
    "maintainer",
    "former",
    "candidate",
    "nominator",
    "superuser",
)
PEOPLE = [part for part in PARTS if part not in ("anonymous", "superuser")]
PREDICATES = {
    "endorse": rules.can_endorse,
    "accept": rules.can_accept,
    "decline": rules.can_decline,
    "withdraw": rules.can_withdraw,
    "say": rules.can_say,
    "open": rules.can_open,
    "cast": rules.can_vote,
    "recuse": rules.can_recuse,
    "rejoin": rules.can_rejoin,
    "close": rules.can_close,
    "expire": rules.can_expire,
    "effect": rules.can_take_effect,
}


def person_of(cast, part):
    return cast.maintainers[0] if part == "maintainer" else getattr(cast, part, None)


def user_for(cast, part):
    if part == "anonymous":
        return AnonymousUser()
    if part == "superuser":
        return User.objects.create_superuser("root")
    return user_of(person_of(cast, part))


def test_every_action_has_a_predicate_and_an_expectation():
    assert set(PREDICATES) == set(MAY) == set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", State)
def test_predicate_is_true_for_its_roles_in_its_states_only(cast, state, action):
    promotion = proposed(cast, state, action)
    allowed = {part for part in PARTS if PREDICATES[action](user_for(cast, part), promotion)}
    assert allowed == (MAY[action] if state in TRANSITIONS[action].sources else set())


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", State)
def test_step_itself_refuses_whom_the_predicate_refuses(cast, state, action):
    promotion = proposed(cast, state, action)
    before = written()
    for part in PEOPLE:
        allowed = part in MAY[action] and state in TRANSITIONS[action].sources
        if not allowed:
            with pytest.raises(Refusal) as refusal:
                run(action, promotion, person_of(cast, part))
            assert str(refusal.value)
            if part not in MAY[action]:
                assert isinstance(refusal.value, NotAllowed)
    promotion.refresh_from_db()
    assert (promotion.state, written()) == (state, before)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("part", PEOPLE)
def test_step_is_taken_by_whom_the_predicate_allows(cast, part, action):
    if part not in MAY[action]:
        return
    promotion = proposed(cast, TRANSITIONS[action].sources[0], action)
    run(action, promotion, person_of(cast, part))
    assert Entry.objects.exists()


# ── kinds ─────────────────────────────────────────────────────────────────────────────────────
LEAVING_KINDS = ("remove", "emeritus")
LED = ("open", "cast", "recuse", "rejoin", "close", "effect")


@pytest.mark.parametrize("kind", LEAVING_KINDS)
@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_do_what_about_a_removal(cast, kind, action):
    """Proposed by maintainer 1 about the committer: they neither answer nor withdraw nor vote."""
    state = [state for state in TRANSITIONS[action].sources if state != "nominated"][-1:] or [
        "nominated"
    ]
    promotion = proposed(
        cast, state[0], action, person=cast.committer, kind=kind, nominated_by=cast.maintainers[1]
    )
    parts = {part: person_of(cast, part) for part in PEOPLE} | {"maintainer-1": cast.maintainers[1]}
    allowed = {
        part for part, person in parts.items() if PREDICATES[action](user_of(person), promotion)
    }
    expected = {
        "withdraw": {"maintainer-1"},
        "say": {*MEMBERS, "candidate", "nominator", "maintainer-1"},
        **{name: {"maintainer", "maintainer-1"} for name in LED},
    }
    assert allowed == expected.get(action, set())


@pytest.mark.parametrize("kind", ["step_down", "emeritus"])
@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_do_what_about_leaving_by_ones_own_wish(cast, kind, action):
    promotion = proposed(
        cast, "approved", action, person=cast.committer, kind=kind, nominated_by=cast.committer
    )
    allowed = {part for part in PEOPLE if PREDICATES[action](user_for(cast, part), promotion)}
    assert allowed == ({"committer", "maintainer"} if action == "effect" else set())


@pytest.mark.parametrize("action", ["endorse", "accept", "decline"])
@pytest.mark.parametrize("kind", ["remove", "step_down", "emeritus"])
def test_leaving_has_no_endorsement_and_no_answer(cast, kind, action):
    promotion = cast.promotion("nominated", kind=kind)
    with pytest.raises((WrongKind, NotAllowed)):
        run(action, promotion, doer(cast, action))
    assert not Entry.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_reinstatement_gives_the_same_rights_as_a_promotion(cast, action):
    promotion = proposed(cast, TRANSITIONS[action].sources[0], action, kind="reinstate")
    allowed = {part for part in PARTS if PREDICATES[action](user_for(cast, part), promotion)}
    assert allowed == MAY[action]


# ── sealed discussion ─────────────────────────────────────────────────────────────────────────
def test_sealed_discussion_is_the_electorates_and_the_nominators(cast):
    default_policy(cast.sig, discussion={"mode": "sealed"})
    promotion = cast.promotion("accepted")
    allowed = {part for part in PARTS if rules.can_say(user_for(cast, part), promotion)}
    assert allowed == {"maintainer", "committer", "nominator"}


@pytest.mark.parametrize(
    ("part", "allowed"),
    [
        ("anonymous", False),
        ("stranger", False),
        ("contributor", True),
        ("committer", True),
        ("maintainer", True),
        ("former", False),
        ("candidate", True),
        ("superuser", False),
    ],
)
def test_can_nominate(cast, part, allowed):
    assert rules.can_nominate(user_for(cast, part), cast.sig) == allowed


@pytest.mark.parametrize("action", ["open", "cast", "recuse", "rejoin", "close", "effect"])
def test_maintainer_steps_aside_when_the_decision_is_about_them(cast, action):
    subject = cast.maintainers[0]
    promotion = cast.promotion(
        TRANSITIONS[action].sources[0], person=subject, role="maintainer", kind="remove"
    )
    with pytest.raises(NotAllowed):
        run(action, promotion, subject)


def test_who_is_removed_cannot_withdraw_it(cast):
    promotion = cast.promotion("accepted", person=cast.committer, kind="remove")
    with pytest.raises(NotAllowed):
        run("withdraw", promotion, cast.committer)


def test_the_clock_may_only_close_what_is_over(cast):
    promotion = cast.promotion("voting")
    with pytest.raises(StillOpen):
        run("close", promotion, None, clock=lambda: AT)
