"""Whose turn it is: a list of people goes round over the meetings that take place."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

HOST, SCRIBE = "host", "scribe"
# The host is dealt first, and the scribe is another one.
DUTIES = (HOST, SCRIBE)
Lists = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Slot:
    """One meeting of a series that takes place: who is named for each duty (the person's key).

    `by_hand`: duties a person decided, also for nobody. `is_over`: it has begun, its people stay.
    `away`: who cannot on that day. `passed`: for each duty who gave it back this time.
    """

    named: Mapping[str, int | None] = field(default_factory=dict)
    by_hand: Collection[str] = ()
    is_over: bool = False
    away: Collection[int] = ()
    passed: Mapping[str, Collection[int]] = field(default_factory=dict)


def deal(lists: Lists, slots: Sequence[Slot]) -> list[dict[str, int | None]]:
    """Who hosts and who writes in each slot, in the slots' order; None where nobody in the list can.

    A turn goes to the next in the list after who had the last one, past those who cannot. What a
    person decided uses up the turn it replaces, so that two who swap disturb nobody else. Host and
    scribe differ where the lists allow it: whoever alone can write is not asked to host as well.
    """
    dealt: list[dict[str, int | None]] = [{} for _slot in slots]
    for duty in DUTIES:
        partners = [
            _partner(duty, lists, slot, found) for slot, found in zip(slots, dealt, strict=True)
        ]
        turns = _turns(duty, lists.get(duty, ()), slots, partners)
        for found, who in zip(dealt, turns, strict=True):
            found[duty] = who
    return dealt


def _partner(duty: str, lists: Lists, slot: Slot, found: Mapping[str, int | None]) -> int | None:
    """Who has the other duty for certain, when this one is dealt."""
    if duty == SCRIBE:
        return found[HOST]
    if SCRIBE in slot.by_hand:
        return slot.named.get(SCRIBE)
    writers = _able(lists.get(SCRIBE, ()), slot, SCRIBE)
    return writers[0] if len(writers) == 1 else None


def _turns(
    duty: str, seats: Sequence[int], slots: Sequence[Slot], partners: Sequence[int | None]
) -> Iterable[int | None]:
    last: int | None = None
    for slot, partner in zip(slots, partners, strict=True):
        is_decided = duty in slot.by_hand
        who = slot.named.get(duty) if slot.is_over or is_decided else None
        if is_decided or not slot.is_over:
            turn = _next(seats, last, slot, duty, partner)
            last = last if turn is None else turn
            who = who if slot.is_over or is_decided else turn
        elif who in seats:
            last = who
        yield who


def _next(
    seats: Sequence[int], last: int | None, slot: Slot, duty: str, partner: int | None
) -> int | None:
    begin = seats.index(last) + 1 if last is not None and last in seats else 0
    able = _able([*seats[begin:], *seats[:begin]], slot, duty)
    return next((one for one in able if one != partner), next(iter(able), None))


def _able(seats: Sequence[int], slot: Slot, duty: str) -> list[int]:
    gone = {*slot.away, *slot.passed.get(duty, ())}
    return [one for one in seats if one not in gone]
