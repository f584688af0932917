"""Which two people may be one, and why: a pure calculation over names, logins and OWNERS histories.

Nothing here is proof. Each hint has a weight of 0 to 100, and says what it rests on, so that whoever
decides can look. Pairs are found through shared keys, never by comparing everybody with everybody.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations, pairwise

GIT = "git"
# A key that so many share tells nobody apart ("admin", "user").
CROWD = 12
LEAST = 30
# Shorter logins resemble each other by chance.
LONG_ENOUGH = 6
ROTATABLE = 8


class Reason(StrEnum):
    """What a hint rests on."""

    RENAMED = "renamed"
    SAME_LOGIN = "same_login"
    COMMIT_NAME = "commit_name"
    SAME_NAME = "same_name"
    SPELLED_ALIKE = "spelled_alike"
    TURNED_ROUND = "turned_round"
    ONE_LETTER = "one_letter"


@dataclass(frozen=True)
class Known:
    """A person as the portal knows them. `logins`: (host, login); on the host "git" it is the name
    that commits bear. `former`: logins their accounts had before."""

    key: int
    name: str
    organization: str = ""
    logins: tuple[tuple[str, str], ...] = ()
    former: tuple[str, ...] = ()

    @property
    def handles(self) -> tuple[str, ...]:
        """Logins of today and of before, without the names of commits and those that were freed."""
        own = (login for host, login in self.logins if host != GIT and "~" not in login)
        return tuple(dict.fromkeys([*(one.lower() for one in own), *self.former]))

    @property
    def commit_names(self) -> tuple[str, ...]:
        return tuple(login for host, login in self.logins if host == GIT)


@dataclass(frozen=True)
class Swap:
    """In one change of an OWNERS file one login went and another came. `alone`: no others did."""

    left: str
    entered: str
    at: dt.datetime
    where: str
    alone: bool


@dataclass(frozen=True)
class Hint:
    """Why two may be one: the two spellings compared, for a swap also when and where."""

    reason: Reason
    weight: int
    one: str
    other: str
    at: dt.datetime | None = None
    where: str = ""


@dataclass
class Pair:
    """Two keys, the lower first, and the strongest hint of each reason."""

    first: int
    second: int
    hints: dict[Reason, Hint] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """The strongest hint, and a little for each further one."""
        weights = sorted((hint.weight for hint in self.hints.values()), reverse=True)
        return min(weights[0] + sum(weight // 4 for weight in weights[1:]), 100)


def likely_pairs(people: Sequence[Known], swaps: Iterable[Swap] = ()) -> list[Pair]:
    """Pairs with some hint, the likeliest first; the same whatever the order of `people`."""
    by_key = {person.key: person for person in people}
    found: dict[tuple[int, int], Pair] = {}
    hints = [*_of_names(people), *_of_logins(people), *_of_swaps(people, swaps)]
    for one, other, hint in hints:
        if one == other or one not in by_key or other not in by_key:
            continue
        key = (min(one, other), max(one, other))
        pair = found.setdefault(key, Pair(*key))
        best = pair.hints.get(hint.reason)
        if best is None or (hint.weight, hint.one, hint.other) > (
            best.weight,
            best.one,
            best.other,
        ):
            pair.hints[hint.reason] = hint
    return sorted(
        (pair for pair in found.values() if pair.score >= LEAST),
        key=lambda pair: (-pair.score, pair.first, pair.second),
    )


# ── spellings ─────────────────────────────────────────────────────────────────────────────────
def squash(text: str) -> str:
    """Case, spaces and the signs that people join names with left out."""
    return "".join(letter for letter in text.casefold() if letter not in " -_.·•")


def least_rotation(text: str) -> str:
    """The same for "qianjiahong" and "jiahongqian": family name first, or last."""
    return min((text[index:] + text[:index] for index in range(len(text))), default="")


def is_one_letter_off(one: str, other: str) -> bool:
    """One letter more, less, other, or two neighbours changed about. Numbers count people: "a1"
    and "a2" are not alike."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    mine, theirs = one[start:], other[start:]
    if len(one) == len(other):
        if mine[:1].isdigit() and theirs[:1].isdigit():
            return False
        return mine[1:] == theirs[1:] or (mine[:2] == theirs[:2][::-1] and mine[2:] == theirs[2:])
    return mine[1:] == theirs or mine == theirs[1:]


def _nearby(text: str) -> Iterator[str]:
    """Keys that two spellings one letter apart share."""
    yield text
    for index in range(len(text)):
        yield text[:index] + text[index + 1 :]


def resemblance(one: str, other: str) -> tuple[Reason, int] | None:
    """How alike two different logins are written; None where they are not."""
    plain, plain_other = squash(one), squash(other)
    if not plain or one.casefold() == other.casefold():
        return None
    if plain == plain_other:
        return Reason.SPELLED_ALIKE, 60
    if len(plain) < LONG_ENOUGH or len(plain_other) < LONG_ENOUGH:
        return None
    if len(plain) >= ROTATABLE and least_rotation(plain) == least_rotation(plain_other):
        return Reason.TURNED_ROUND, 50
    return (Reason.ONE_LETTER, 30) if is_one_letter_off(plain, plain_other) else None


# ── names ─────────────────────────────────────────────────────────────────────────────────────
Found = tuple[int, int, Hint]
Spelling = tuple[int, str]


def _of_names(people: Sequence[Known]) -> Iterator[Found]:
    """Display names that are the same, and names of commits that are a display name or a login."""
    employers = {person.key: person.organization for person in people}
    shown = [(person.key, person.name) for person in people if not _is_bare(person)]
    for one, other in _meeting(shown, _name_keys):
        same_employer = bool(employers[one[0]]) and employers[one[0]] == employers[other[0]]
        weight = 70 if same_employer else 40
        yield one[0], other[0], Hint(Reason.SAME_NAME, weight, one[1], other[1])
    commits = {(person.key, name) for person in people for name in person.commit_names}
    handles = {(person.key, login) for person in people for login in person.handles}
    for one, other in _meeting([*commits, *({*shown, *handles} - commits)], _name_keys):
        if one in commits and other in commits:
            if alike := resemblance(one[1], other[1]):
                yield one[0], other[0], Hint(alike[0], alike[1], one[1], other[1])
        elif one in commits or other in commits:
            commit, name = (one, other) if one in commits else (other, one)
            yield one[0], other[0], Hint(Reason.COMMIT_NAME, 70, commit[1], name[1])


def _is_bare(person: Known) -> bool:
    """The name is only a login, or what commits bear: it says no more than those do."""
    known = {squash(text) for text in (*person.handles, *person.commit_names)}
    return squash(person.name) in known


def _name_keys(name: str) -> set[str]:
    """A name of two or three words in any order, since families come first in some places."""
    words = name.casefold().replace("-", " ").replace("_", " ").replace(".", " ").split()
    plain = squash(name)
    keys = {plain, squash("".join(sorted(words)))} if len(words) > 1 else {plain}
    if plain.isascii() and len(plain) >= ROTATABLE:
        keys.add(least_rotation(plain))
    return keys if len(plain) > 1 else set()


# ── logins ────────────────────────────────────────────────────────────────────────────────────
def _of_logins(people: Sequence[Known]) -> Iterator[Found]:
    spellings = [(person.key, login) for person in people for login in person.handles]
    for one, other in _meeting(spellings, _login_keys):
        if one[1] == other[1]:
            yield one[0], other[0], Hint(Reason.SAME_LOGIN, 70, one[1], other[1])
        elif alike := resemblance(one[1], other[1]):
            yield one[0], other[0], Hint(alike[0], alike[1], one[1], other[1])


def _login_keys(login: str) -> set[str]:
    plain = squash(login)
    keys = {plain} - {""}
    if len(plain) >= LONG_ENOUGH:
        keys |= set(_nearby(plain))
    if len(plain) >= ROTATABLE:
        keys.add(f"~{least_rotation(plain)}")
    return keys


def _meeting(
    spellings: Iterable[Spelling], keys_of: Callable[[str], set[str]]
) -> Iterator[tuple[Spelling, Spelling]]:
    """Spellings of two people that share a key, each two once; crowds are passed over."""
    places: dict[str, list[Spelling]] = {}
    for spelling in spellings:
        for key in keys_of(spelling[1]):
            places.setdefault(key, []).append(spelling)
    seen = set()
    for crowd in places.values():
        if len(crowd) > CROWD:
            continue
        for one, other in combinations(sorted(set(crowd)), 2):
            if one[0] != other[0] and (one, other) not in seen:
                seen.add((one, other))
                yield one, other


# ── OWNERS files ──────────────────────────────────────────────────────────────────────────────
def swaps_in(versions: Sequence[tuple[dt.datetime, frozenset[str]]], where: str = "") -> list[Swap]:
    """Logins (lower case) that may have been replaced by others, from the versions of one file in
    order of time. Who ever stood in the file beside the other was not renamed into them."""
    together = {
        login: {index for index, (_at, logins) in enumerate(versions) if login in logins}
        for login in frozenset().union(*(logins for _at, logins in versions))
    }
    found = []
    for (_before, old), (at, new) in pairwise(versions):
        left, entered = old - new, new - old
        alone = len(left) == len(entered) == 1
        for one in sorted(left):
            for other in sorted(entered):
                if not together[one] & together[other] and (alone or resemblance(one, other)):
                    found.append(Swap(one, other, at, where, alone))
    return found


def _of_swaps(people: Sequence[Known], swaps: Iterable[Swap]) -> Iterator[Found]:
    holders: dict[str, int] = {}
    for person in people:
        for login in person.handles:
            holders.setdefault(login, person.key)
    for swap in swaps:
        if swap.left in holders and swap.entered in holders:
            weight = 40 if swap.alone else 30
            if resemblance(swap.left, swap.entered):
                weight += 40
            hint = Hint(Reason.RENAMED, weight, swap.left, swap.entered, swap.at, swap.where)
            yield holders[swap.left], holders[swap.entered], hint
