"""The roster of a SIG, of today or of any other day."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import roster as rosters
from ..models import Sig


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
    day = form.cleaned_data["on"] if form.is_valid() else None
    context = {"sig": sig, "tab": "members", "form": form, "today": today}
    return render(request, "members/roster_list.html", {**context, **_roster(sig, day or today)})


def _roster(sig: Sig, day: dt.date) -> dict[str, Any]:
    groups = rosters.groups_on(sig, day)
    return {
        "day": day,
        "groups": groups,
        "events": rosters.latest_events(sig),
        "first_day": None if groups else rosters.first_day(sig),
    }
