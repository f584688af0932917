"""The rules of a promotion as data, and what follows from them: no table, no clock, no request.

Presets stand in members.presets, the JSON form in members.policy_json.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any, Literal

CONTRIBUTOR, COMMITTER, MAINTAINER = "contributor", "committer", "maintainer"
ROLES = (CONTRIBUTOR, COMMITTER, MAINTAINER)
# Among the nominators: the person themself.
SELF = "self"
# What members.evidence can count about a person.
FIGURES = (
    "merged",
    "main_reviews",
    "reviewed",
    "merged_or_reviewed",
    "active_months",
    "issues_opened",
    "meetings_attended",
)
BASES = ("maintainers", "entitled", "voting")
DISCUSSIONS = ("public", "sealed")
# What puts an approved change in force: a Maintainer's word, a meeting, or the merged charter.
EFFECTS = ("maintainer", "meeting", "merged")
# Kinds of proposals that take a role away against, or without, the holder's wish.
REMOVALS = ("remove", "emeritus")
IN_FAVOUR, ABSTAIN, AGAINST = 1, 0, -1
Outcome = Literal["approved", "rejected", "expired"]


# ── rules ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Rules:
    """What it takes to get one role, and who decides how.

    A vote is approved when more than `threshold` of the base (`threshold_of`) are in favour: of all
    current Maintainers, of all who are entitled, or of those who voted for or against. An objection
    (a vote against, with a reason, by one of `objection_roles`) blocks unless more than
    `objection_outvoted_by` of those voting for or against are in favour; 1: nothing outvotes it.
    With `lazy_consensus` nobody needs to vote in favour as long as nobody votes against. A number
    of 0 sets no limit, unless said otherwise.
    """

    prerequisite_role: str = ""
    prerequisite_months: int = 0
    evidence: Mapping[str, int] = field(default_factory=dict)
    # Figures count what happened within these last months; 0: at any time.
    evidence_months: int = 0
    # Within how many months, the running one included, "active_months" looks for merged work.
    active_window_months: int = 6
    # Roles that may nominate others, and SELF; how many must put their names under it.
    nominators: tuple[str, ...] = (MAINTAINER, COMMITTER, CONTRIBUTOR, SELF)
    nominators_needed: int = 1
    nominators_from_different_employers: bool = False
    # The candidate's time to answer; unanswered, the nomination expires.
    answer_working_days: int = 10
    # "sealed": only the electorate and those concerned may read it. The vote opens after these days.
    discussion: str = "public"
    discussion_working_days: int = 0
    electorate: tuple[str, ...] = (MAINTAINER, COMMITTER)
    threshold: Fraction = Fraction(1, 2)
    threshold_of: str = "maintainers"
    min_in_favour: int = 0
    # Share of the entitled that must have voted, abstaining included; 0: no quorum.
    quorum: Fraction = Fraction(0)
    lazy_consensus: bool = False
    vote_working_days: int = 5
    objection_roles: tuple[str, ...] = (MAINTAINER,)
    objection_outvoted_by: Fraction = Fraction(2, 3)
    # Where they differ from a promotion's: None and "" mean the same threshold.
    removal_threshold: Fraction | None = None
    removal_threshold_of: str = ""
    effect: str = "maintainer"
    seats_min: int = 0
    seats_max: int = 0
    term_months: int = 0
    # After so many months without a contribution a holder may be asked; 0: nobody is.
    inactive_months: int = 3


def for_kind(rules: Rules, kind: str) -> Rules:
    """The rules a kind of proposal is decided under: nobody is removed by silence."""
    if kind not in REMOVALS:
        return rules
    return replace(
        rules,
        threshold=rules.threshold if rules.removal_threshold is None else rules.removal_threshold,
        threshold_of=rules.removal_threshold_of or rules.threshold_of,
        lazy_consensus=False,
    )


# ── evidence against rules ────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Evidence:
    """What a person has to show: counts by figure, and since when they hold each role (or a higher)."""

    figures: Mapping[str, int] = field(default_factory=dict)
    held_since: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One rule with the person's figure. `name` is a figure or "months_in_role" (then with `role`)."""

    name: str
    figure: int
    needed: int
    role: str = ""

    @property
    def is_met(self) -> bool:
        return self.figure >= self.needed

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.figure)


@dataclass(frozen=True)
class Verdict:
    met: tuple[Check, ...]
    unmet: tuple[Check, ...]

    @property
    def qualifies(self) -> bool:
        return not self.unmet


def checks(rules: Rules, evidence: Evidence, on: date) -> tuple[Check, ...]:
    """Every rule with the person's figure on a day, the prerequisite first."""
    rows = []
    if rules.prerequisite_role:
        since = evidence.held_since.get(rules.prerequisite_role)
        # A role held at all is asked for even where no time is: then one may have 0 of 0 months.
        figure = full_months(since, on) if since is not None and since <= on else -1
        rows.append(
            Check("months_in_role", figure, rules.prerequisite_months, rules.prerequisite_role)
        )
    rows += [
        Check(name, evidence.figures.get(name, 0), rules.evidence[name])
        for name in FIGURES
        if rules.evidence.get(name)
    ]
    return tuple(rows)


def evaluate(rules: Rules, evidence: Evidence, on: date) -> Verdict:
    rows = checks(rules, evidence, on)
    return Verdict(
        met=tuple(row for row in rows if row.is_met),
        unmet=tuple(row for row in rows if not row.is_met),
    )


def full_months(since: date, on: date) -> int:
    """Whole months between two days; the 31st counts as reached on a shorter month's last day."""
    months = (on.year - since.year) * 12 + on.month - since.month
    if on.day < since.day and not _is_last_of_month(on):
        months -= 1
    return max(0, months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; where that month is shorter, its last day."""
    total = day.year * 12 + day.month - 1 + months
    first = date(total // 12, total % 12 + 1, 1)
    following = date((total + 1) // 12, (total + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def _is_last_of_month(day: date) -> bool:
    return (date.fromordinal(day.toordinal() + 1)).month != day.month


# ── ballots against rules ─────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Vote:
    """A live ballot; `voter` is any number that names the person."""

    voter: int
    choice: int
    reason: str = ""


@dataclass(frozen=True)
class Electorate:
    """Who may vote, and which roles they hold; the subject is never among them."""

    roles: Mapping[int, frozenset[str]]

    def with_role(self, *roles: str) -> frozenset[int]:
        return frozenset(person for person, held in self.roles.items() if held & set(roles))


@dataclass(frozen=True)
class Tally:
    """A count. `outcome` is what closing now would mean, `decided` the same when it can no longer
    change while those who voted keep to their votes, else None."""

    in_favour: int
    against: int
    abstained: int
    entitled: int
    # Votes that count toward the threshold, how many there must be, and of how many.
    counted: int
    needed: int
    base: int
    # How many must have voted at all, abstaining included.
    quorum: int
    objections: tuple[int, ...]
    is_blocked: bool
    outcome: Outcome
    decided: Outcome | None
    reason: str

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.counted)

    @property
    def may_close_early(self) -> bool:
        """Only an approval: who is against, or objects, may still be persuaded until the deadline."""
        return self.decided == "approved"

    @property
    def outstanding(self) -> int:
        return self.entitled - self.voted

    @property
    def voted(self) -> int:
        return self.in_favour + self.against + self.abstained

    def to_json(self) -> dict[str, Any]:
        # Counts of before there were quorums lack the key; a recount must equal them.
        quorum = {"quorum": self.quorum} if self.quorum else {}
        return {
            **quorum,
            "in_favour": self.in_favour,
            "against": self.against,
            "abstained": self.abstained,
            "entitled": self.entitled,
            "counted": self.counted,
            "needed": self.needed,
            "base": self.base,
            "objections": sorted(self.objections),
            "outcome": self.outcome,
            "reason": self.reason,
        }


def count(rules: Rules, votes: Iterable[Vote], electorate: Electorate) -> Tally:
    """Count live ballots under the rules; votes of people who are not entitled do not count."""
    voters = electorate.with_role(*rules.electorate)
    cast = {vote.voter: vote for vote in votes if vote.voter in voters}
    now = _Count(rules, electorate, cast)
    return Tally(
        in_favour=len(now.having(IN_FAVOUR)),
        against=len(now.having(AGAINST)),
        abstained=len(now.having(ABSTAIN)),
        entitled=len(voters),
        counted=now.counted,
        needed=now.needed,
        base=now.base,
        quorum=now.quorum,
        objections=tuple(sorted(now.objections)),
        is_blocked=now.is_blocked,
        outcome=now.outcome,
        decided=_decided(rules, electorate, cast),
        reason=now.reason,
    )


def _decided(rules: Rules, electorate: Electorate, cast: Mapping[int, Vote]) -> Outcome | None:
    """Try the extremes of what the others may still do; between them lies everything else."""
    others = sorted(electorate.with_role(*rules.electorate) - cast.keys())
    for_all = {**cast, **{voter: Vote(voter, IN_FAVOUR) for voter in others}}
    if _Count(rules, electorate, for_all).outcome != "approved":
        return "rejected" if cast else None
    # The worst for the threshold is that all the others object; for the quorum that they keep silent;
    # for silence taken as consent that one of them breaks it and nobody follows.
    against = {voter: Vote(voter, AGAINST, "!") for voter in others}
    alone = {voter: against[voter] for voter in others[:1]}
    worst = (cast, {**cast, **alone}, {**cast, **against})
    stands = all(_Count(rules, electorate, box).outcome == "approved" for box in worst)
    return "approved" if stands else None


class _Count:
    """One state of the ballot box."""

    def __init__(self, rules: Rules, electorate: Electorate, cast: Mapping[int, Vote]) -> None:
        self.rules, self.electorate, self.cast = rules, electorate, cast

    def having(self, choice: int) -> set[int]:
        return {vote.voter for vote in self.cast.values() if vote.choice == choice}

    @property
    def entitled(self) -> frozenset[int]:
        return self.electorate.with_role(*self.rules.electorate)

    @property
    def base(self) -> int:
        if self.rules.threshold_of == "maintainers":
            return len(self.electorate.with_role(MAINTAINER))
        if self.rules.threshold_of == "entitled":
            return len(self.entitled)
        return len(self.having(IN_FAVOUR)) + len(self.having(AGAINST))

    @property
    def counted(self) -> int:
        in_favour = self.having(IN_FAVOUR)
        if self.rules.threshold_of == "maintainers":
            in_favour &= self.electorate.with_role(MAINTAINER)
        return len(in_favour)

    @property
    def needed(self) -> int:
        if self.is_unopposed:
            return self.rules.min_in_favour
        return max(int(self.base * self.rules.threshold) + 1, self.rules.min_in_favour)

    @property
    def quorum(self) -> int:
        if self.is_unopposed:
            return 0
        return ceil(self.rules.quorum * len(self.entitled))

    @property
    def is_unopposed(self) -> bool:
        """Silence is consent under these rules, and so far nobody spoke against."""
        return self.rules.lazy_consensus and bool(self.entitled) and not self.having(AGAINST)

    @property
    def objections(self) -> set[int]:
        objectors = self.electorate.with_role(*self.rules.objection_roles)
        return {voter for voter in self.having(AGAINST) & objectors if self.cast[voter].reason}

    @property
    def is_blocked(self) -> bool:
        in_favour, against = len(self.having(IN_FAVOUR)), len(self.having(AGAINST))
        outvoted = in_favour > self.rules.objection_outvoted_by * (in_favour + against)
        return bool(self.objections) and not outvoted

    @property
    def reason(self) -> str:
        if not self.cast and not (self.is_unopposed and not self.needed):
            return "no_ballots"
        if len(self.cast) < self.quorum:
            return "quorum_missed"
        if self.counted < self.needed:
            return "threshold_missed"
        if self.is_unopposed:
            return "lazy_consensus"
        return "objection" if self.is_blocked else "threshold_met"

    @property
    def outcome(self) -> Outcome:
        if self.reason == "no_ballots":
            return "expired"
        return "approved" if self.reason in ("threshold_met", "lazy_consensus") else "rejected"
