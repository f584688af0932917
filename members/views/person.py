"""The page of one person: accounts, roles, promotions, contributions."""

from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import rules
from ..models import Account, Contribution, Person, RoleTerm
from ..paging import BadCursor, Page, asked_page


def person_detail(request: HttpRequest, login: str) -> HttpResponse:
    person = person_or_404(login)
    if person.merged_into is not None:
        return redirect(person.merged_into)
    context = {
        "person": person,
        "accounts": [(account, _home_of(account)) for account in person.accounts.all()],
        "terms": _terms(person),
        "promotions": person.promotions.select_related("sig")[:50],
        "totals": _totals(person),
        "page": _contributions_or_404(person, request),
        "kind": request.GET.get("kind", ""),
        "shows_email": bool(person.email) and rules.can_see_email(request.user, person),
    }
    return render(request, "members/person_detail.html", context)


def person_or_404(login: str) -> Person:
    """By any login on any host, whatever the case; of several people the one known longest. A login
    that nobody has any more leads to whoever had it."""
    people: QuerySet[Person] = Person.objects.select_related("user", "merged_into")
    people = people.prefetch_related("accounts")
    accounts = Account.objects.exclude(host=Account.GIT).order_by("id")
    account = (
        accounts.alias(login_key=Lower("login")).filter(login_key=login.lower()).first()
        or accounts.filter(former_logins__login=login.lower()).first()
    )
    if account is not None:
        return people.get(pk=account.person_id)
    number = login.removeprefix("person-")
    if login.startswith("person-") and number.isascii() and number.isdigit() and len(number) < 19:
        person = people.filter(pk=int(number)).exclude(accounts__in=accounts).first()
        if person is not None:
            return person
    raise Http404(_("没有账号为“%(login)s”的成员。") % {"login": login})


def _home_of(account: Account) -> str:
    """Address of the account on its code host, empty where the host is not known."""
    host = settings.CODE_HOSTS.get(account.host)
    # "login~17" is a name that was freed for another account; nobody answers there.
    return f"{host['url']}/{account.login}" if host and "~" not in account.login else ""


def _terms(person: Person) -> dict[str, list[RoleTerm]]:
    """Roles held today (by each SIG's calendar) and the others, newest first."""
    now = timezone.now()
    found: dict[str, list[RoleTerm]] = {"current": [], "past": [], "coming": []}
    terms = person.role_terms.select_related("sig").prefetch_related("repositories")
    for term in terms.order_by("-started_on", "-id")[:200]:
        today = term.sig.day_of(now)
        if term.ended_on is not None and term.ended_on <= today:
            found["past"].append(term)
        else:
            found["current" if term.started_on <= today else "coming"].append(term)
    return found


def _totals(person: Person) -> list[dict[str, Any]]:
    """How many contributions of each kind, in the order the kinds are declared."""
    counts = person.contributions.aggregate(
        **{kind: Count("pk", filter=Q(kind=kind)) for kind in Contribution.Kind.values}
    )
    return [
        {"kind": kind.value, "label": kind.label, "count": counts[kind.value]}
        for kind in Contribution.Kind
        if counts[kind.value]
    ]


def _contributions_or_404(person: Person, request: HttpRequest) -> Page[Contribution]:
    contributions = person.contributions.select_related("sig", "repository")
    kind = request.GET.get("kind", "")
    if kind in Contribution.Kind.values:
        contributions = contributions.filter(kind=kind)
    try:
        return asked_page(
            request.GET,
            contributions,
            key="at",
            size=30,
        )
    except BadCursor as error:
        raise Http404(str(error)) from error
