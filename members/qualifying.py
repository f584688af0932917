"""Who meets the rules of a role on a day, over everybody in the SIG at once: for trying rules out.

The figures are those of members.evidence, without the proofs: a constant number of queries, however
many people and contributions there are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from . import figures
from .evidence import COUNTED, deed_of, held_since
from .figures import Deed
from .models import Contribution, Person, RoleTerm, Sig
from .policy import COMMITTER, CONTRIBUTOR, MAINTAINER, Evidence, Rules, Verdict, evaluate

# The role one is chosen from, whatever else the rules ask; see members.proposal.
COMES_FROM = {COMMITTER: CONTRIBUTOR, MAINTAINER: COMMITTER}


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be nominated, and how they stand under the rules."""

    person_id: int
    evidence: Evidence
    verdict: Verdict

    @property
    def missing(self) -> tuple[int, int]:
        """How far they are: rules not met, and by how much in all."""
        return len(self.verdict.unmet), sum(check.missing for check in self.verdict.unmet)


@dataclass(frozen=True)
class Known:
    """What is known of everybody in a SIG up to the end of a day of its calendar, oldest first."""

    on: dt.date
    deeds: Mapping[int, Sequence[Deed]] = field(repr=False)
    terms: Mapping[int, Sequence[RoleTerm]] = field(repr=False)

    @property
    def people(self) -> list[int]:
        return sorted(self.deeds.keys() | self.terms.keys())


def known_of(sig: Sig, on: dt.date) -> Known:
    """Contributions and role terms of everybody, read once for any number of rules: two queries."""
    deeds: dict[int, list[Deed]] = defaultdict(list)
    rows = Contribution.objects.filter(sig=sig, at__lt=_end_of(sig, on)).order_by("at", "id")
    for row in rows.values("person_id", *COUNTED).iterator():
        deeds[row["person_id"]].append(deed_of(row, sig))
    terms: dict[int, list[RoleTerm]] = defaultdict(list)
    for term in RoleTerm.objects.filter(sig=sig):
        terms[term.person_id].append(term)
    return Known(on, dict(deeds), dict(terms))


def _end_of(sig: Sig, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=sig.zone)


def who_qualifies(sig: Sig, rules: Rules, role: str, on: dt.date) -> list[Candidate]:
    """Everybody who may be nominated for a role and meets its rules on a day; two queries."""
    candidates = standing(known_of(sig, on), rules, role)
    return [candidate for candidate in candidates if candidate.verdict.qualifies]


def standing(known: Known, rules: Rules, role: str) -> list[Candidate]:
    """Everybody who may be nominated: holds the role one comes from, and not yet this one or a higher.

    Those who qualify first, then who misses least.
    """
    rows = []
    for person_id in known.people:
        evidence = evidence_of(known, rules, person_id)
        if role not in evidence.held_since and COMES_FROM[role] in evidence.held_since:
            rows.append(Candidate(person_id, evidence, evaluate(rules, evidence, known.on)))
    return sorted(rows, key=lambda row: (row.missing, row.person_id))


def evidence_of(known: Known, rules: Rules, person_id: int) -> Evidence:
    """What members.evidence.collect counts about one person under the rules."""
    deeds = known.deeds.get(person_id, ())
    return Evidence(
        figures=figures.values(deeds, figures.counted(deeds, rules, known.on)),
        held_since=held_since(
            known.terms.get(person_id, ()), known.on, deeds[0].day if deeds else None
        ),
    )


# ── two sets of rules beside each other ───────────────────────────────────────────────────────
@dataclass(frozen=True)
class Compared:
    """One candidate under a draft and under the rules in force."""

    person: Person
    draft: Verdict
    now: Verdict

    @property
    def gains(self) -> bool:
        return self.draft.qualifies and not self.now.qualifies

    @property
    def loses(self) -> bool:
        return self.now.qualifies and not self.draft.qualifies


@dataclass(frozen=True)
class Comparison:
    """Those who qualify under either, complete in numbers and bounded in rows; then the nearest."""

    on: dt.date
    candidates: int
    qualify: int
    qualify_now: int
    gains: int
    loses: int
    rows: Sequence[Compared]
    nearest: Sequence[Compared]
    left_out: int


def compare(
    known: Known, draft: Rules, now: Rules, role: str, *, shown: int = 100, nearest: int = 10
) -> Comparison:
    """A draft against the rules in force; two queries for the people shown."""
    before = {candidate.person_id: candidate for candidate in standing(known, now, role)}
    after = standing(known, draft, role)
    pairs = [(candidate, before[candidate.person_id]) for candidate in after]
    either = [pair for pair in pairs if any(one.verdict.qualifies for one in pair)]
    # Who gains or loses is what one looks for: never among the left out.
    either.sort(key=lambda pair: pair[0].verdict.qualifies == pair[1].verdict.qualifies)
    others = [pair for pair in pairs if not any(one.verdict.qualifies for one in pair)]
    listed, close = either[:shown], others[:nearest]
    ids = [candidate.person_id for candidate, _now in (*listed, *close)]
    people = Person.objects.prefetch_related("accounts").in_bulk(ids)

    def rows(some: Iterable[tuple[Candidate, Candidate]]) -> list[Compared]:
        return [Compared(people[one.person_id], one.verdict, two.verdict) for one, two in some]

    return Comparison(
        on=known.on,
        candidates=len(pairs),
        qualify=sum(one.verdict.qualifies for one, _two in pairs),
        qualify_now=sum(two.verdict.qualifies for _one, two in pairs),
        gains=sum(one.verdict.qualifies > two.verdict.qualifies for one, two in pairs),
        loses=sum(one.verdict.qualifies < two.verdict.qualifies for one, two in pairs),
        rows=rows(listed),
        nearest=rows(close),
        left_out=len(either) - len(listed),
    )
