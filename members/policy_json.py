"""Rules to JSON and back: what a policy row stores, every complaint naming its key."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .policy import (
    BASES,
    COMMITTER,
    CONTRIBUTOR,
    DISCUSSIONS,
    EFFECTS,
    FIGURES,
    MAINTAINER,
    ROLES,
    SELF,
    Rules,
)

TOP = (
    "prerequisite",
    "evidence",
    "evidence_months",
    "active_window_months",
    "nominators",
    "answer_working_days",
    "discussion",
    "electorate",
    "threshold",
    "quorum",
    "lazy_consensus",
    "vote_working_days",
    "objection",
    "removal",
    "effect",
    "seats",
    "term_months",
    "inactive_months",
)
NOMINATORS = (MAINTAINER, COMMITTER, CONTRIBUTOR, SELF)
# The most working days, and the most months, any rule may ask for.
DAYS, MONTHS = 60, 120


class PolicyError(ValueError):
    """Rules that cannot be read; `key` says where, in dotted form."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


def rules_to_json(rules: Rules) -> dict[str, Any]:
    removal = rules.removal_threshold
    return {
        "prerequisite": {"role": rules.prerequisite_role, "months": rules.prerequisite_months},
        "evidence": dict(rules.evidence),
        "evidence_months": rules.evidence_months,
        "active_window_months": rules.active_window_months,
        "nominators": {
            "who": list(rules.nominators),
            "needed": rules.nominators_needed,
            "from_different_employers": rules.nominators_from_different_employers,
        },
        "answer_working_days": rules.answer_working_days,
        "discussion": {"mode": rules.discussion, "working_days": rules.discussion_working_days},
        "electorate": list(rules.electorate),
        "threshold": {
            "more_than": str(rules.threshold),
            "of": rules.threshold_of,
            "min_in_favour": rules.min_in_favour,
        },
        "quorum": str(rules.quorum),
        "lazy_consensus": rules.lazy_consensus,
        "vote_working_days": rules.vote_working_days,
        "objection": {
            "roles": list(rules.objection_roles),
            "outvoted_by_more_than": str(rules.objection_outvoted_by),
        },
        "removal": {
            "more_than": None if removal is None else str(removal),
            "of": rules.removal_threshold_of,
        },
        "effect": rules.effect,
        "seats": {"min": rules.seats_min, "max": rules.seats_max},
        "term_months": rules.term_months,
        "inactive_months": rules.inactive_months,
    }


def rules_from_json(data: Any) -> Rules:
    """Rules out of a policy's JSON; a missing key takes its default. Raises PolicyError."""
    top = _Reader(data, "", TOP)
    return Rules(**_standing(top), **_nomination(top), **_vote(top), **_office(top))


def _standing(top: "_Reader") -> dict[str, Any]:
    before = top.part("prerequisite", ("role", "months"))
    figures = top.part("evidence", FIGURES)
    return {
        "prerequisite_role": before.one_of("role", ("", *ROLES), ""),
        "prerequisite_months": before.whole("months", 0),
        "evidence": {name: figures.whole(name, 0) for name in FIGURES if name in figures.data},
        "evidence_months": top.whole("evidence_months", 0, most=MONTHS),
        "active_window_months": top.whole("active_window_months", 6, least=1, most=MONTHS),
    }


def _nomination(top: "_Reader") -> dict[str, Any]:
    nominators = top.part("nominators", ("who", "needed", "from_different_employers"))
    discussion = top.part("discussion", ("mode", "working_days"))
    return {
        "nominators": nominators.some_of("who", NOMINATORS, NOMINATORS, allow_none=False),
        "nominators_needed": nominators.whole("needed", 1, least=1, most=20),
        "nominators_from_different_employers": nominators.truth("from_different_employers"),
        "answer_working_days": top.whole("answer_working_days", 10, least=1, most=DAYS),
        "discussion": discussion.one_of("mode", DISCUSSIONS, "public"),
        "discussion_working_days": discussion.whole("working_days", 0, most=DAYS),
    }


def _vote(top: "_Reader") -> dict[str, Any]:
    majority = top.part("threshold", ("more_than", "of", "min_in_favour"))
    objection = top.part("objection", ("roles", "outvoted_by_more_than"))
    removal = top.part("removal", ("more_than", "of"))
    by_itself = removal.data.get("more_than") is not None
    return {
        "electorate": top.roles("electorate", (MAINTAINER, COMMITTER), allow_none=False),
        "threshold": majority.share("more_than", Fraction(1, 2)),
        "threshold_of": majority.one_of("of", BASES, "maintainers"),
        "min_in_favour": majority.whole("min_in_favour", 0),
        "quorum": top.share("quorum", Fraction(0), whole_too=True),
        "lazy_consensus": top.truth("lazy_consensus"),
        "vote_working_days": top.whole("vote_working_days", 5, least=1, most=DAYS),
        "objection_roles": objection.roles("roles", (MAINTAINER,), allow_none=True),
        "objection_outvoted_by": objection.share(
            "outvoted_by_more_than", Fraction(2, 3), whole_too=True
        ),
        "removal_threshold": removal.share("more_than", Fraction(1, 2)) if by_itself else None,
        "removal_threshold_of": removal.one_of("of", ("", *BASES), ""),
    }


def _office(top: "_Reader") -> dict[str, Any]:
    seats = top.part("seats", ("min", "max"))
    least, most = seats.whole("min", 0), seats.whole("max", 0)
    if most and least > most:
        raise PolicyError("seats.max", f"must not be below seats.min, which is {least}")
    return {
        "effect": top.one_of("effect", EFFECTS, "maintainer"),
        "seats_min": least,
        "seats_max": most,
        "term_months": top.whole("term_months", 0, most=MONTHS),
        "inactive_months": top.whole("inactive_months", 3, most=MONTHS),
    }


class _Reader:
    """One JSON object; every complaint carries the dotted key."""

    def __init__(self, data: Any, path: str, known: Iterable[str]) -> None:
        self.path = path
        if not isinstance(data, dict):
            raise PolicyError(path or "rules", f"must be an object, not {data!r}")
        self.data = data
        known = tuple(known)
        for name in data:
            if name not in known:
                raise PolicyError(self._key(name), f"unknown; known are {', '.join(known)}")

    def _key(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else str(name)

    def part(self, name: str, known: Iterable[str]) -> "_Reader":
        return _Reader(self.data.get(name, {}), self._key(name), known)

    def whole(self, name: str, default: int, least: int = 0, most: int = 10_000) -> int:
        value = self.data.get(name, default)
        if type(value) is not int or not least <= value <= most:
            raise PolicyError(
                self._key(name), f"must be a whole number from {least} to {most}, not {value!r}"
            )
        return value

    def share(self, name: str, default: Fraction, *, whole_too: bool = False) -> Fraction:
        """A share below 1; with `whole_too` 1 as well."""
        value = self.data.get(name, str(default))
        try:
            share = Fraction(value) if isinstance(value, str) else None
        except (ValueError, ZeroDivisionError):
            share = None
        if share is None or not 0 <= share <= 1 or (share == 1 and not whole_too):
            limit = "at most 1" if whole_too else "below 1"
            raise PolicyError(
                self._key(name), f'must be a share such as "1/2", {limit}, not {value!r}'
            )
        return share

    def truth(self, name: str) -> bool:
        value = self.data.get(name, False)
        if not isinstance(value, bool):
            raise PolicyError(self._key(name), f"must be true or false, not {value!r}")
        return value

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.data.get(name, default)
        if value not in choices:
            raise PolicyError(
                self._key(name), f"must be one of {', '.join(choices)}, not {value!r}"
            )
        return str(value)

    def roles(self, name: str, default: tuple[str, ...], *, allow_none: bool) -> tuple[str, ...]:
        return self.some_of(name, ROLES[::-1], default, allow_none=allow_none)

    def some_of(
        self, name: str, known: tuple[str, ...], default: tuple[str, ...], *, allow_none: bool
    ) -> tuple[str, ...]:
        """A list out of `known`, in the order of `known`."""
        value = self.data.get(name, list(default))
        if not isinstance(value, list) or any(item not in known for item in value):
            raise PolicyError(
                self._key(name), f"must be a list out of {', '.join(known)}, not {value!r}"
            )
        if not value and not allow_none:
            raise PolicyError(self._key(name), "must name at least one")
        return tuple(item for item in known if item in value)
