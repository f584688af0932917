"""Rules to JSON and back: what a policy row stores, every complaint naming its key."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .policy import BASES, COMMITTER, FIGURES, MAINTAINER, ROLES, Rules

TOP = ("prerequisite", "evidence", "electorate", "threshold", "vote_working_days", "objection")


class PolicyError(ValueError):
    """Rules that cannot be read; `key` says where, in dotted form."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


def rules_to_json(rules: Rules) -> dict[str, Any]:
    return {
        "prerequisite": {"role": rules.prerequisite_role, "months": rules.prerequisite_months},
        "evidence": dict(rules.evidence),
        "electorate": list(rules.electorate),
        "threshold": {
            "more_than": str(rules.threshold),
            "of": rules.threshold_of,
            "min_in_favour": rules.min_in_favour,
        },
        "vote_working_days": rules.vote_working_days,
        "objection": {
            "roles": list(rules.objection_roles),
            "outvoted_by_more_than": str(rules.objection_outvoted_by),
        },
    }


def rules_from_json(data: Any) -> Rules:
    """Rules out of a policy's JSON; a missing key takes its default. Raises PolicyError."""
    top = _Reader(data, "", TOP)
    before = top.part("prerequisite", ("role", "months"))
    figures = top.part("evidence", FIGURES)
    majority = top.part("threshold", ("more_than", "of", "min_in_favour"))
    objection = top.part("objection", ("roles", "outvoted_by_more_than"))
    return Rules(
        prerequisite_role=before.one_of("role", ("", *ROLES), ""),
        prerequisite_months=before.whole("months", 0),
        evidence={name: figures.whole(name, 0) for name in FIGURES if name in figures.data},
        electorate=top.roles("electorate", (MAINTAINER, COMMITTER), allow_none=False),
        threshold=majority.share("more_than", Fraction(1, 2)),
        threshold_of=majority.one_of("of", BASES, "maintainers"),
        min_in_favour=majority.whole("min_in_favour", 0),
        vote_working_days=top.whole("vote_working_days", 5, least=1, most=60),
        objection_roles=objection.roles("roles", (MAINTAINER,), allow_none=True),
        objection_outvoted_by=objection.share("outvoted_by_more_than", Fraction(2, 3)),
    )


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

    def share(self, name: str, default: Fraction) -> Fraction:
        value = self.data.get(name, str(default))
        try:
            share = Fraction(value) if isinstance(value, str) else None
        except (ValueError, ZeroDivisionError):
            share = None
        if share is None or not 0 <= share < 1:
            raise PolicyError(
                self._key(name), f'must be a share such as "1/2", below 1, not {value!r}'
            )
        return share

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.data.get(name, default)
        if value not in choices:
            raise PolicyError(
                self._key(name), f"must be one of {', '.join(choices)}, not {value!r}"
            )
        return str(value)

    def roles(self, name: str, default: tuple[str, ...], *, allow_none: bool) -> tuple[str, ...]:
        value = self.data.get(name, list(default))
        if not isinstance(value, list) or any(role not in ROLES for role in value):
            raise PolicyError(
                self._key(name), f"must be a list out of {', '.join(ROLES)}, not {value!r}"
            )
        if not value and not allow_none:
            raise PolicyError(self._key(name), "must name at least one role")
        return tuple(role for role in ROLES[::-1] if role in value)
