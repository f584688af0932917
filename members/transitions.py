"""The life of a promotion as one table: buttons, permissions, tests and the diagram derive from it."""

from dataclasses import dataclass

from .models import Promotion

State = Promotion.State


@dataclass(frozen=True)
class Transition:
    """`who` names a predicate in members.rules.WHO; no source means: it begins here."""

    name: str
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    who: str


TRANSITIONS: dict[str, Transition] = {
    transition.name: transition
    for transition in (
        # A self-nomination is accepted at once, a removal needs no acceptance, stepping down no vote.
        Transition(
            "nominate", (), (State.NOMINATED, State.ACCEPTED, State.APPROVED), "member or self"
        ),
        Transition("accept", (State.NOMINATED,), (State.ACCEPTED,), "candidate"),
        Transition("decline", (State.NOMINATED,), (State.DECLINED,), "candidate"),
        Transition(
            "withdraw",
            (State.NOMINATED, State.ACCEPTED, State.VOTING),
            (State.WITHDRAWN,),
            "nominator or candidate",
        ),
        Transition("open", (State.ACCEPTED,), (State.VOTING,), "maintainer"),
        Transition("cast", (State.VOTING,), (State.VOTING,), "electorate"),
        Transition(
            "close",
            (State.VOTING,),
            (State.APPROVED, State.REJECTED, State.EXPIRED),
            "maintainer or clock",
        ),
        Transition("effect", (State.APPROVED,), (State.IN_EFFECT,), "maintainer or who steps down"),
    )
}
DECIDED = (State.APPROVED, State.IN_EFFECT, State.REJECTED, State.EXPIRED)


def diagram() -> str:
    """The table as a Mermaid state diagram (docs/promotion.md holds it; a test compares)."""
    lines = ["stateDiagram-v2"]
    for transition in TRANSITIONS.values():
        for source in transition.sources or ("[*]",):
            lines += [
                f"    {source} --> {target}: {transition.name} ({transition.who})"
                for target in transition.targets
            ]
    sources = {source for transition in TRANSITIONS.values() for source in transition.sources}
    lines += [f"    {state} --> [*]" for state in State if state not in sources]
    return "\n".join(lines)
