"""Maintainers call extra meetings and change the series by which the regular ones recur."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings import planning_forms as forms
from meetings import rules, schedule, seats_page
from meetings import series as series_room
from meetings.models import Series
from members.models import Sig

from .access import permit, person_of, signed_in


@signed_in
def meeting_create(request: HttpRequest, slug: str) -> HttpResponse:
    """A form for an RFC review, a talk, a meetup; its hour is read in the SIG's zone."""
    sig = get_object_or_404(Sig, slug=slug)
    permit(rules.can_plan(request.user, sig))
    form = forms.ExtraForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = schedule.add(
                sig=sig, by=person_of(request), at=timezone.now(), **form.values(sig.zone)
            )
        except schedule.InPast as refusal:
            form.add_error("day", str(refusal))
        else:
            messages.success(request, _("会议已安排，订阅的日历会随之更新。"))
            return redirect(meeting)
    return _page(request, "meetings/meeting_create.html", sig, form=form)


def series_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    return _page(
        request,
        "meetings/series_list.html",
        sig,
        rows=seats_page.rows_of(sig),
        may_plan=rules.can_plan(request.user, sig),
    )


@signed_in
def series_create(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    permit(rules.can_plan(request.user, sig))
    now = timezone.now()
    initial = {
        "starts_on": sig.day_of(now),
        "duration_min": 60,
        "time_zone": sig.time_zone,
        "venue_url": sig.meeting_url,
        "is_active": True,
    }
    form = forms.SeriesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        series = series_room.create(sig=sig, by=person_of(request), at=now, **form.cleaned_data)
        added = len(schedule.plan(series, at=now)) if series.is_active else 0
        messages.success(request, _told(series_room.Followed(added=added)))
        return redirect("meetings:series-list", slug)
    return _page(request, "meetings/series_edit.html", sig, form=form, series=None)


@signed_in
def series_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    series = get_object_or_404(Series.objects.select_related("sig"), pk=pk, sig__slug=slug)
    permit(rules.can_plan(request.user, series.sig))
    form = forms.SeriesForm(request.POST or None, initial=forms.initial_of_series(series))
    if request.method == "POST" and form.is_valid():
        followed = series_room.change(
            series=series, by=person_of(request), at=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _told(followed))
        return redirect("meetings:series-list", slug)
    return series_page(request, series, form)


def series_page(
    request: HttpRequest,
    series: Series,
    form: Any = None,
    *,
    seat_forms: Mapping[str, Form] | None = None,
) -> HttpResponse:
    """The page of one series; `form` and `seat_forms` are those that came back with errors."""
    return _page(
        request,
        "meetings/series_edit.html",
        series.sig,
        form=form or forms.SeriesForm(initial=forms.initial_of_series(series)),
        series=series,
        lists=seats_page.lists_of(series, seat_forms or {}),
        members=seats_page.members_of(series.sig, timezone.now()),
    )


def _told(followed: series_room.Followed) -> str:
    """What became of the meetings ahead, in one sentence."""
    if not followed.is_changed:
        return _("没有改动。")
    parts = [
        ngettext("调整 %(n)s 次例会", "调整 %(n)s 次例会", followed.moved) % {"n": followed.moved},
        ngettext("取消 %(n)s 次", "取消 %(n)s 次", followed.dropped) % {"n": followed.dropped},
        ngettext("恢复 %(n)s 次", "恢复 %(n)s 次", followed.restored) % {"n": followed.restored},
        ngettext("新增 %(n)s 次", "新增 %(n)s 次", followed.added) % {"n": followed.added},
    ]
    counts = (followed.moved, followed.dropped, followed.restored, followed.added)
    told = [part for part, count in zip(parts, counts, strict=True) if count]
    return _("系列已保存：%(what)s。") % {"what": _("，").join(told)} if told else _("系列已保存。")


def _page(request: HttpRequest, template: str, sig: Sig, **more: Any) -> HttpResponse:
    zones = forms.known_zones().values() if "form" in more else ()
    context = {"sig": sig, "tab": "meetings", "zones": zones, **more}
    return render(request, template, context)
