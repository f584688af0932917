"""My path: a person's own figures against each role's rules, and what is missing."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from .. import evidence
from ..adoption import policy_in_force
from ..ballot_box import database_now
from ..models import Person, Policy, RoleTerm, Sig
from ..policy import COMMITTER, CONTRIBUTOR, MAINTAINER
from ..policy_json import rules_from_json
from ..rules import Roles, acting_person, rank
from ..wording import CheckLine, check_lines, role_label


@dataclass(frozen=True)
class Goal:
    """One role with its rules; held means it or a higher one, next that one may stand for it now."""

    role: str
    label: str
    policy: Policy
    checks: list[CheckLine]
    unmet: int
    is_held: bool
    is_next: bool


@login_required
def my_path(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    person = acting_person(request.user)
    context: dict[str, object] = {"sig": sig, "tab": "members", "person": person}
    if person is not None:
        context |= _path_of(person, sig, database_now())
    return render(request, "members/path_detail.html", context)


def _path_of(person: Person, sig: Sig, now: dt.datetime) -> dict[str, object]:
    on = sig.day_of(now)
    terms = list(RoleTerm.objects.active(on).filter(person=person, sig=sig))
    roles = frozenset(term.role for term in terms)
    stored = evidence.collect(person, sig, now)
    return {
        "terms": terms,
        "goals": [_goal(role, sig, roles, stored, on) for role in (COMMITTER, MAINTAINER)],
        "has_evidence": bool(stored["items"]),
        "now": now,
    }


def _goal(role: str, sig: Sig, roles: Roles, stored: dict[str, Any], on: dt.date) -> Goal:
    policy = policy_in_force(sig, role, on)
    shown = evidence.read(stored)
    lines = check_lines(rules_from_json(policy.rules), stored, shown, on)
    height = rank(frozenset({role}))
    # A first contribution makes a Contributor, listed or not.
    standing = max(rank(roles), 1 if CONTRIBUTOR in shown.held_since else 0)
    return Goal(
        role=role,
        label=role_label(role),
        policy=policy,
        checks=lines,
        unmet=sum(not line.is_met for line in lines),
        is_held=standing >= height,
        is_next=standing + 1 == height,
    )
