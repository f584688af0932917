"""The page of one person: roles over time, promotions, contributions by kind and month, accounts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Prefetch, QuerySet
from django.db.models.functions import Lower, TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import rules
from ..models import Account, Contribution, Person, RoleTerm
from ..paging import BadCursor, Page, asked_page

MONTHS_SHOWN = 12
FIRST_YEAR = 1970


@dataclass(frozen=True)
class Month:
    """`name` is "2026-03"; a cell (label, number) for each kind that the person has."""

    name: str
    cells: list[tuple[str, int]]


def person_detail(request: HttpRequest, login: str) -> HttpResponse:
    person = person_or_404(login)
    if person.merged_into is not None:
        return redirect(person.merged_into)
    totals, months = _counted(person)
    now = timezone.now()
    context = {
        "person": person,
        "accounts": _accounts(person),
        "terms": _terms(person, now),
        "promotions": person.promotions.select_related("sig")[:50],
        "leaves": person.leaves.select_related("sig")[:20],
        "totals": totals,
        "months": months[:MONTHS_SHOWN],
        "page": _contributions_or_404(person, request),
        "kind": request.GET.get("kind", ""),
        "month": request.GET.get("month", ""),
        "shows_email": bool(person.email) and rules.can_see_email(request.user, person),
        "may_identify": request.user.is_authenticated
        and (
            rules.acting_person(request.user) == person
            or rules.can_identify(request.user, [person], now)
        ),
    }
    return render(request, "members/person_detail.html", context)


def person_or_404(login: str) -> Person:
    """By any login on any host, whatever the case; of several people the one known longest. A login
    that nobody has any more leads to whoever had it. One that was merged is returned as it is."""
    people: QuerySet[Person] = Person.objects.select_related("user", "merged_into")
    own = Account.objects.annotate(former=F("former_logins__login")).order_by("pk", "former")
    people = people.prefetch_related(Prefetch("accounts", own))
    named = Account.objects.exclude(host=Account.GIT).alias(login_key=Lower("login"))
    known = people.filter(accounts__in=named.filter(login_key=login.lower()))
    person = known.order_by("accounts__pk").first() or _formerly(people, login)
    number = login.removeprefix("person-")
    if person is None and login.startswith("person-") and _is_number(number):
        person = people.filter(pk=int(number)).exclude(accounts__in=named).first()
    if person is None:
        raise Http404(_("没有账号为“%(login)s”的成员。") % {"login": login})
    return person


def _formerly(people: QuerySet[Person], login: str) -> Person | None:
    known = people.filter(accounts__former_logins__login=login.lower())
    return known.order_by("accounts__pk").first()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


# ── accounts ──────────────────────────────────────────────────────────────────────────────────
def _accounts(person: Person) -> list[tuple[Account, str, list[str]]]:
    """(account, its address or nothing, logins it had before); one row of the query a former login."""
    found: dict[int, tuple[Account, str, list[str]]] = {}
    # Names of commits behind the logins.
    for account in sorted(person.accounts.all(), key=lambda one: one.host == Account.GIT):
        shown = found.setdefault(account.pk, (account, _home_of(account), []))
        if former := account.former:  # type: ignore[attr-defined]
            shown[2].append(former)
    return list(found.values())


def _home_of(account: Account) -> str:
    """Address of the account on its code host; nothing where the host is not known or it is gone."""
    host = settings.CODE_HOSTS.get(account.host)
    # "login~17" is a name that was freed for another account; nobody answers there.
    if host is None or account.gone_at is not None or "~" in account.login:
        return ""
    return f"{host['url']}/{account.login}"


# ── roles ─────────────────────────────────────────────────────────────────────────────────────
def _terms(person: Person, now: dt.datetime) -> dict[str, list[RoleTerm]]:
    """Roles held today (by each SIG's calendar) and the others, newest first."""
    found: dict[str, list[RoleTerm]] = {"current": [], "past": [], "coming": []}
    terms = person.role_terms.select_related("sig").prefetch_related("repositories")
    for term in terms.order_by("-started_on", "-id")[:200]:
        today = term.sig.day_of(now)
        if term.ended_on is not None and term.ended_on <= today:
            found["past"].append(term)
        else:
            found["current" if term.started_on <= today else "coming"].append(term)
    return found


# ── contributions ─────────────────────────────────────────────────────────────────────────────
def _counted(person: Person) -> tuple[list[dict[str, Any]], list[Month]]:
    """How many contributions of each kind, in the order the kinds are declared, altogether and by
    month (of the portal's zone), newest first: one query, a row a month and kind."""
    rows = (
        person.contributions.order_by()
        .values("kind", month=TruncMonth("at", tzinfo=timezone.get_default_timezone()))
        .annotate(count=Count("pk"))
    )
    totals: dict[str, int] = {}
    by_month: dict[dt.datetime, dict[str, int]] = {}
    for row in rows:
        totals[row["kind"]] = totals.get(row["kind"], 0) + row["count"]
        by_month.setdefault(row["month"], {})[row["kind"]] = row["count"]
    kinds = [kind for kind in Contribution.Kind if kind.value in totals]
    months = [
        Month(f"{month:%Y-%m}", [(str(kind.label), counts.get(kind.value, 0)) for kind in kinds])
        for month, counts in sorted(by_month.items(), reverse=True)
    ]
    lines = [
        {"kind": kind.value, "label": kind.label, "count": totals[kind.value]} for kind in kinds
    ]
    return lines, months


def _contributions_or_404(person: Person, request: HttpRequest) -> Page[Contribution]:
    contributions = person.contributions.select_related("sig", "repository")
    kind = request.GET.get("kind", "")
    if kind in Contribution.Kind.values:
        contributions = contributions.filter(kind=kind)
    if span := month_span(request.GET.get("month", "")):
        contributions = contributions.filter(at__gte=span[0], at__lt=span[1])
    try:
        return asked_page(request.GET, contributions, key="at", size=30)
    except BadCursor as error:
        raise Http404(str(error)) from error


def month_span(month: str) -> tuple[dt.datetime, dt.datetime] | None:
    """First instant of a month "2026-03" of the portal's zone and of the next; None where it is none."""
    try:
        first = dt.datetime.strptime(month, "%Y-%m").replace(tzinfo=timezone.get_default_timezone())
    except ValueError:
        return None
    if not FIRST_YEAR <= first.year < dt.MAXYEAR:
        return None
    return first, (first + dt.timedelta(days=32)).replace(day=1)
