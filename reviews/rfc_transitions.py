"""The life of an RFC as one table: buttons, permissions, refusals and tests derive from it."""

from dataclasses import dataclass

from .models import Resolution, Rfc

State = Rfc.State
Outcome = Resolution.Outcome


@dataclass(frozen=True)
class Transition:
    """`who` names a predicate in reviews.rules.RFC_MOVERS."""

    name: str
    sources: tuple[State, ...]
    target: State
    who: str


TRANSITIONS: dict[str, Transition] = {
    transition.name: transition
    for transition in (
        Transition("submit", (State.DRAFT,), State.IN_REVIEW, "author or member"),
        Transition("take_back", (State.IN_REVIEW,), State.DRAFT, "author or member"),
        # From the opposite state only when the resolution supersedes the one that led there.
        Transition("accept", (State.IN_REVIEW, State.REJECTED), State.ACCEPTED, "resolution"),
        Transition("reject", (State.IN_REVIEW, State.ACCEPTED), State.REJECTED, "resolution"),
        Transition("defer", (State.ACCEPTED, State.REJECTED), State.IN_REVIEW, "resolution"),
        Transition(
            "supersede",
            (State.DRAFT, State.IN_REVIEW, State.ACCEPTED, State.REJECTED),
            State.SUPERSEDED,
            "maintainer or resolution",
        ),
    )
}
DECIDED = (State.ACCEPTED, State.REJECTED)
BY_OUTCOME = {
    Outcome.ACCEPTED: TRANSITIONS["accept"],
    Outcome.REJECTED: TRANSITIONS["reject"],
    Outcome.DEFERRED: TRANSITIONS["defer"],
}
