"""Every (state, action) pair and every (role, action) pair of the table, refusals included."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser, User

from ledger.models import Entry
from members import promotion as promotions
from members import rules
from members.models import Promotion
from members.refusals import Closed, NotAllowed, StillOpen, WrongState
from members.transitions import TRANSITIONS

from .cast import AT, make_cast, user_of

pytestmark = pytest.mark.django_db
State = Promotion.State
ACTIONS = [name for name in TRANSITIONS if name != "nominate"]


@pytest.fixture
def cast():
    return make_cast()


def run(action, promotion, by, **more):
    """Take a step of the table as `by`, with a clock that has not reached the deadline."""
    steps = {
        "accept": (promotions.accept, {}),
        "decline": (promotions.decline, {}),
        "withdraw": (promotions.withdraw, {"clock": lambda: AT}),
        "open": (promotions.open_voting, {}),
        "cast": (promotions.cast, {"choice": 1, "clock": lambda: AT}),
        "close": (promotions.close, {"clock": lambda: dt.datetime(2999, 6, 1, tzinfo=dt.UTC)}),
        "effect": (promotions.take_effect, {"effective_on": dt.date(2026, 3, 2)}),
    }
    step, values = steps[action]
    return step(promotion_id=promotion.pk, by=by, at=AT, **{**values, **more})


def doer(cast, action):
    """Somebody who has the right to the step."""
    if action in ("accept", "decline"):
        return cast.candidate
    return cast.nominator if action == "withdraw" else cast.maintainers[0]


# ── state × action ────────────────────────────────────────────────────────────────────────────
RIGHT = [(state, name) for name in ACTIONS for state in TRANSITIONS[name].sources]
WRONG = [
    (state, name) for name in ACTIONS for state in State if state not in TRANSITIONS[name].sources
]


@pytest.mark.parametrize(("state", "action"), RIGHT)
def test_action_in_its_state_leads_to_a_target(cast, state, action):
    promotion = cast.promotion(state)
    run(action, promotion, doer(cast, action))
    promotion.refresh_from_db()
    assert promotion.state in TRANSITIONS[action].targets
    assert Entry.objects.filter(subject=f"promotion:{promotion.pk}").count() == 1


@pytest.mark.parametrize(("state", "action"), WRONG)
def test_action_in_another_state_is_refused_and_writes_nothing(cast, state, action):
    promotion = cast.promotion(state)
    with pytest.raises((WrongState, Closed)) as refusal:
        run(action, promotion, doer(cast, action))
    before = state
    promotion.refresh_from_db()
    assert (promotion.state, promotion.ballots.count()) == (before, 0)
    assert not Entry.objects.exists()
    assert str(refusal.value)


def test_table_reaches_every_state():
    reached = {target for transition in TRANSITIONS.values() for target in transition.targets}
    assert reached == set(State)


# ── role × action ─────────────────────────────────────────────────────────────────────────────
LEADERS = {"maintainer"}
MAY = {
    "accept": {"candidate"},
    "decline": {"candidate"},
    "withdraw": {"candidate", "nominator"},
    "open": LEADERS,
    "cast": {"maintainer", "committer"},
    "close": LEADERS,
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
PREDICATES = {
    "accept": rules.can_accept,
    "decline": rules.can_decline,
    "withdraw": rules.can_withdraw,
    "open": rules.can_open,
    "cast": rules.can_vote,
    "close": rules.can_close,
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


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("part", PARTS)
def test_predicate_gives_the_step_to_its_roles_only(cast, part, action):
    promotion = cast.promotion(TRANSITIONS[action].sources[0])
    assert PREDICATES[action](user_for(cast, part), promotion) == (part in MAY[action])


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("part", [part for part in PARTS if part not in ("anonymous", "superuser")])
def test_step_itself_refuses_whom_the_predicate_refuses(cast, part, action):
    promotion = cast.promotion(TRANSITIONS[action].sources[0])
    by = person_of(cast, part)
    if part in MAY[action]:
        run(action, promotion, by)
    else:
        with pytest.raises(NotAllowed):
            run(action, promotion, by)
        assert not Entry.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_predicate_is_false_in_every_other_state(cast, action):
    user = user_of(doer(cast, action))
    wrong = [state for state, name in WRONG if name == action]
    for state in wrong:
        promotion = cast.promotion(state)
        assert not PREDICATES[action](user, promotion)
        promotion.delete()


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


@pytest.mark.parametrize("action", ["open", "cast", "close", "effect"])
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
