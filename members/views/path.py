"""A path to every role: somebody's figures against each role's rules, and what is missing."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from .. import evidence
from ..activity import by_month
from ..adoption import policy_in_force
from ..ballot_box import database_now
from ..checklist import CheckLine, check_lines, with_proofs
from ..models import Person, Policy, RoleTerm, Sig
from ..policy import COMMITTER, CONTRIBUTOR, FIGURES, MAINTAINER, Rules
from ..policy_json import rules_from_json
from ..proof_page import proof_page
from ..rules import Roles, acting_person, rank
from ..wording import role_label
from .person import person_or_404

GOALS = (COMMITTER, MAINTAINER)


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

    @property
    def query(self) -> str:
        """The rules whose windows the lists behind the figures look through."""
        return f"?role={self.role}"


@login_required
def my_path(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    person = acting_person(request.user)
    context: dict[str, object] = {"sig": sig, "tab": "members", "person": person, "is_mine": True}
    if person is not None:
        context |= _path_of(person, sig, database_now())
        context["evidence_url"] = reverse("members:my-path", args=[slug])
    return render(request, "members/path_detail.html", context)


def person_path(request: HttpRequest, login: str, slug: str) -> HttpResponse:
    """The same of anyone: nothing but public figures."""
    person, sig = person_or_404(login), get_object_or_404(Sig, slug=slug)
    context = {
        "sig": sig,
        "tab": "members",
        "person": person,
        "is_mine": False,
        "evidence_url": reverse("members:person-path", args=[login, slug]),
        **_path_of(person, sig, database_now()),
    }
    return render(request, "members/path_detail.html", context)


@login_required
def my_evidence(request: HttpRequest, slug: str, figure: str) -> HttpResponse:
    person = acting_person(request.user)
    if person is None:
        raise Http404(_("您登录的用户没有对应的成员，请用代码平台账号登录。"))
    back = reverse("members:my-path", args=[slug])
    return _evidence(request, person, slug, figure, back)


def person_evidence(request: HttpRequest, login: str, slug: str, figure: str) -> HttpResponse:
    person = person_or_404(login)
    back = reverse("members:person-path", args=[login, slug])
    return _evidence(request, person, slug, figure, back)


def _evidence(
    request: HttpRequest, person: Person, slug: str, figure: str, back: str
) -> HttpResponse:
    """Everything behind one figure as of now, counted through the windows of the rules of `?role=`."""
    sig, now = get_object_or_404(Sig, slug=slug), database_now()
    role = request.GET.get("role", COMMITTER)
    if role not in GOALS or figure not in FIGURES:
        raise Http404(_("没有这一项数字。"))
    rules = _rules(policy_in_force(sig, role, sig.day_of(now)))
    stored = evidence.collect(person, sig, now, rules)
    page = proof_page(stored, figure, rules, request.GET.get("page", ""), is_live=True)
    context = {"sig": sig, "tab": "members", "person": person, "page": page, "back": back}
    return render(request, "members/evidence_list.html", context)


def _path_of(person: Person, sig: Sig, now: dt.datetime) -> dict[str, object]:
    on = sig.day_of(now)
    terms = list(RoleTerm.objects.active(on).filter(person=person, sig=sig))
    roles = frozenset(term.role for term in terms)
    shown = evidence.collected(person, sig, now)
    goals = [_goal(role, sig, roles, shown, on) for role in GOALS]
    return {
        "terms": terms,
        "goals": goals,
        "has_evidence": bool(shown.rows),
        "chart": by_month(shown.under(Rules()), sig, on),
        "now": now,
    }


def _goal(role: str, sig: Sig, roles: Roles, shown: evidence.Collected, on: dt.date) -> Goal:
    policy = policy_in_force(sig, role, on)
    rules = _rules(policy)
    stored = shown.under(rules)
    lines = with_proofs(check_lines(rules, stored, on), stored, is_live=True)
    height = rank(frozenset({role}))
    # A first contribution makes a Contributor, listed or not.
    standing = max(rank(roles), 1 if CONTRIBUTOR in stored["held_since"] else 0)
    return Goal(
        role=role,
        label=role_label(role),
        policy=policy,
        checks=lines,
        unmet=sum(not line.is_met for line in lines),
        is_held=standing >= height,
        is_next=standing + 1 == height,
    )


def _rules(policy: Policy) -> Rules:
    return rules_from_json(policy.rules)
