"""Buttons by which a meeting gets its host and scribe, and those of the lists of a series."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import hosting, rules, seats
from meetings.hosting_forms import GiveBackForm, NameForm, SeatForm
from meetings.models import Meeting, RotationSeat, Series
from meetings.schedule import Refused

from .access import deed, permit, person_of, signed_in
from .meeting import meeting_page
from .planning import series_page


@deed
def duty_name(request: HttpRequest, meeting: Meeting, duty: str) -> HttpResponse:
    """A choice by hand, also of nobody; or back to the rotation."""
    _known(duty)
    permit(rules.is_host_of_sig(request.user, meeting.sig))
    form = NameForm(
        request.POST, meeting=meeting, duty=duty, candidates=hosting.candidates(meeting)
    )
    if not form.is_valid():
        return meeting_page(request, meeting, duty_forms={f"{duty}_name": form})
    by, at = person_of(request), timezone.now()
    if form.is_by_turn:
        hosting.release(meeting=meeting, duty=duty, by=by, at=at)
    else:
        reason = form.cleaned_data["reason"]
        hosting.name(meeting=meeting, duty=duty, person=form.chosen, by=by, at=at, reason=reason)
    messages.success(request, _("主持与记录的安排已更新。"))
    return redirect(f"{meeting.get_absolute_url()}#duties")


@deed
def duty_take(request: HttpRequest, meeting: Meeting, duty: str) -> HttpResponse:
    _known(duty)
    permit(rules.can_take_duty(request.user, meeting))
    hosting.take(meeting=meeting, duty=duty, by=person_of(request), at=timezone.now())
    messages.success(request, _("谢谢，这次由您负责。"))
    return redirect(f"{meeting.get_absolute_url()}#duties")


@deed
def duty_give_back(request: HttpRequest, meeting: Meeting, duty: str) -> HttpResponse:
    """For who is named; anybody else is told so."""
    _known(duty)
    person = person_of(request)
    form = GiveBackForm(request.POST, duty=duty)
    if not form.is_valid():
        return meeting_page(request, meeting, duty_forms={f"{duty}_give_back": form})
    found = hosting.give_back(
        meeting=meeting,
        duty=duty,
        by=person,
        at=timezone.now(),
        reason=form.cleaned_data["reason"],
    )
    after = getattr(found, duty)
    if after is not None:
        messages.success(request, _("已交还，这次改由 %(name)s 负责。") % {"name": after.name})
    else:
        messages.success(request, _("已交还，现在还没有人接替。"))
    return redirect(f"{meeting.get_absolute_url()}#duties")


@signed_in
def seat_add(request: HttpRequest, slug: str, pk: int, duty: str) -> HttpResponse:
    """Somebody joins a list of the series; Maintainers only, as for all of its page."""
    _known(duty)
    series = _series(request, slug, pk)
    if request.method != "POST":
        return redirect("meetings:series-edit", slug, pk)
    form = SeatForm(request.POST, duty=duty)
    if not form.is_valid():
        return series_page(request, series, seat_forms={duty: form})
    person = form.cleaned_data["person"]
    try:
        seats.add(series=series, duty=duty, person=person, by=person_of(request), at=timezone.now())
    except Refused as refusal:
        form.add_error("person", str(refusal))
        return series_page(request, series, seat_forms={duty: form})
    messages.success(request, _("轮值名单已更新，今后的会议随之安排。"))
    return _back(series)


@signed_in
def seat_change(request: HttpRequest, slug: str, pk: int, seat_pk: int, do: str) -> HttpResponse:
    """`do`: up, down, remove. A seat that is gone already changes nothing."""
    series = _series(request, slug, pk)
    rows = RotationSeat.objects.select_related("series")
    seat = rows.filter(series=series, pk=seat_pk).first()
    if request.method == "POST" and seat is not None:
        by, at = person_of(request), timezone.now()
        if do == "remove":
            seats.remove(seat=seat, by=by, at=at)
        else:
            seats.shift(seat=seat, up=do == "up", by=by, at=at)
        messages.success(request, _("轮值名单已更新，今后的会议随之安排。"))
    return _back(series)


def _known(duty: str) -> None:
    if duty not in hosting.DUTIES:
        raise Http404


def _series(request: HttpRequest, slug: str, pk: int) -> Series:
    series = get_object_or_404(Series.objects.select_related("sig"), pk=pk, sig__slug=slug)
    permit(rules.can_plan(request.user, series.sig))
    return series


def _back(series: Series) -> HttpResponse:
    answer = redirect("meetings:series-edit", series.sig.slug, series.pk)
    answer["Location"] += "#rotation"
    return answer
