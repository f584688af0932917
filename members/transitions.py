"""The life of a promotion as one table: buttons, permissions, tests and the diagram derive from it."""

from dataclasses import dataclass

from .models import Promotion

State = Promotion.State
Kind = Promotion.Kind
# Kinds that give a role, and so ask the candidate and may ask for several nominators.
GIVING = (Kind.PROMOTE, Kind.REINSTATE)
# Kinds that end one.
LEAVING = (Kind.REMOVE, Kind.STEP_DOWN, Kind.EMERITUS)


@dataclass(frozen=True)
class Transition:
    """`who` names a predicate in members.rules.WHO; no source means: it begins here."""

    name: str
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    who: str
    kinds: tuple[Kind, ...] = tuple(Kind)

    def stays(self) -> bool:
        """The step changes no state: a ballot, a word in the discussion."""
        return not self.targets


BEFORE_VOTE = (State.NOMINATED, State.ACCEPTED)
TRANSITIONS: dict[str, Transition] = {
    transition.name: transition
    for transition in (
        # A self-nomination is accepted at once, a removal needs no acceptance, leaving by one's own
        # wish no vote.
        Transition(
            "nominate",
            (),
            (State.NOMINATED, State.ACCEPTED, State.APPROVED),
            "nominator of the rules",
        ),
        Transition("endorse", BEFORE_VOTE, (), "second nominator", GIVING),
        Transition("accept", (State.NOMINATED,), (State.ACCEPTED,), "candidate", GIVING),
        Transition("decline", (State.NOMINATED,), (State.DECLINED,), "candidate", GIVING),
        Transition(
            "withdraw",
            (State.NOMINATED, State.ACCEPTED, State.VOTING),
            (State.WITHDRAWN,),
            "nominator or candidate",
        ),
        Transition("say", (State.NOMINATED, State.ACCEPTED, State.VOTING), (), "discussion"),
        Transition("open", (State.ACCEPTED,), (State.VOTING,), "maintainer"),
        Transition("cast", (State.VOTING,), (), "electorate"),
        Transition("recuse", (State.ACCEPTED, State.VOTING), (), "electorate"),
        Transition("rejoin", (State.ACCEPTED, State.VOTING), (), "electorate"),
        Transition(
            "close",
            (State.VOTING,),
            (State.APPROVED, State.REJECTED, State.EXPIRED),
            "maintainer or clock",
        ),
        Transition("expire", BEFORE_VOTE, (State.EXPIRED,), "clock"),
        Transition(
            "effect", (State.APPROVED,), (State.IN_EFFECT,), "maintainer, who leaves or the portal"
        ),
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
                for target in transition.targets or (source,)
            ]
    moving = [transition for transition in TRANSITIONS.values() if not transition.stays()]
    sources = {source for transition in moving for source in transition.sources}
    lines += [f"    {state} --> [*]" for state in State if state not in sources]
    return "\n".join(lines)
