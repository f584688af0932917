"""The roster of a SIG, of today or of any other day."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import roster as rosters
from ..models import RoleTerm, Sig
from ..paging import asked_page
from ..rulebook import rules_on
from ..rules import acting_person

FORMER_SHOWN = 10
PAGE_SIZE = 50


class DayForm(forms.Form):
    """Which day's roster to show."""

    on = forms.DateField(
        label=_("日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请按“2025-06-28”的格式填写一个存在的日期。")},
    )


def roster(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    today = sig.day_of(timezone.now())
    form = DayForm(request.GET if "on" in request.GET else {"on": today})
    day = (form.cleaned_data["on"] if form.is_valid() else None) or today
    shown = _roster(sig, day)
    reader = _role_of_reader(request, shown["groups"]) if day == today else ""
    context = {
        "sig": sig,
        "tab": "members",
        "form": form,
        "today": today,
        "is_member": bool(reader),
        "is_maintainer": reader == RoleTerm.Role.MAINTAINER,
        "due": rosters.due_soon(shown["groups"]) if reader == RoleTerm.Role.MAINTAINER else [],
    }
    return render(request, "members/roster_list.html", {**context, **shown})


def former(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who held a role and holds it no more, and how that came."""
    sig = get_object_or_404(Sig, slug=slug)
    today = sig.day_of(timezone.now())
    page = asked_page(request.GET, rosters.former_on(sig, today), key="ended_on", size=PAGE_SIZE)
    context = {"sig": sig, "tab": "members", "page": page}
    return render(request, "members/roster_former.html", context)


def _roster(sig: Sig, day: dt.date) -> dict[str, Any]:
    book = rules_on(sig, day)
    groups = rosters.groups_on(sig, day, book)
    ended = list(rosters.former_on(sig, day)[: rosters.LONGEST])
    honoured = [term for term in ended if term.ended_as == RoleTerm.EndedAs.EMERITUS]
    others = [term for term in ended if term.ended_as != RoleTerm.EndedAs.EMERITUS]
    return {
        "day": day,
        "groups": groups,
        "seats": rosters.seats_of(groups, book),
        "organizations": rosters.organizations_of(groups),
        "emeriti": honoured,
        "former": others[:FORMER_SHOWN],
        "former_more": len(others) > FORMER_SHOWN,
        "events": rosters.latest_events(sig),
        "first_day": None if groups else rosters.first_day(sig),
    }


def _role_of_reader(request: HttpRequest, groups: list[rosters.RoleGroup]) -> str:
    """The highest role of who reads, out of what is on the page already."""
    person = acting_person(request.user)
    if person is None:
        return ""
    held = (one.role for one in groups if any(t.person_id == person.pk for t in one.terms))
    return next(held, "")
