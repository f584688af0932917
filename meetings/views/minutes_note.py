"""Noting a decision or an action item beside the minutes, with or without the page's script."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import attendance, minutes, noting, rules
from meetings.line_forms import ActionLineForm, DecisionLineForm, LineForm, line_forms
from meetings.models import Meeting
from meetings.schedule import Refused

from .access import meeting_or_404, permit, person_of, signed_in
from .minutes import fresh_page
from .minutes_live import live_context


@signed_in
def decision_note(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    meeting = meeting_or_404(slug, pk)
    permit(rules.can_edit_minutes(request.user, meeting))
    if request.method != "POST":
        return redirect("meetings:minutes-edit", slug, pk)
    form = DecisionLineForm(request.POST, meeting=meeting, auto_id="decision_%s")
    if form.is_valid() and _noted(request, form, noting.decision):
        return _done(request, meeting, _("决定已记入纪要草稿。"))
    return _again(request, meeting, decision_form=form)


@signed_in
def action_note(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    meeting = meeting_or_404(slug, pk)
    permit(rules.can_edit_minutes(request.user, meeting))
    if request.method != "POST":
        return redirect("meetings:minutes-edit", slug, pk)
    likely = attendance.likely(meeting)
    form = ActionLineForm(request.POST, meeting=meeting, likely=likely, auto_id="action_%s")
    if form.is_valid() and _noted(request, form, noting.action):
        return _done(request, meeting, _("行动项已记入纪要草稿。"))
    return _again(request, meeting, action_form=form)


def _noted(request: HttpRequest, form: LineForm, note: Any) -> bool:
    """Whether the line is in the draft; the form says why it is not, and keeps what was typed."""
    who = {"by": person_of(request), "at": timezone.now()}
    try:
        note(meeting=form.meeting, **form.cleaned_data, **who)
    except minutes.Conflict:
        form.add_error(None, _("正好有人在同一处保存。请再按一次。"))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return not form.errors


def _done(request: HttpRequest, meeting: Meeting, said: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _fragment(request, meeting, said=said)
    messages.success(request, said)
    return redirect("meetings:minutes-edit", meeting.sig.slug, meeting.pk)


def _again(request: HttpRequest, meeting: Meeting, **bound: LineForm) -> HttpResponse:
    """The form with what is wrong; the text beside it is untouched."""
    if request.headers.get("HX-Request"):
        return _fragment(request, meeting, **bound)
    return fresh_page(request, meeting, minutes.latest_of(meeting), **bound)


def _fragment(request: HttpRequest, meeting: Meeting, **more: Any) -> HttpResponse:
    """The forms anew, and with them what the aside shows of the text."""
    live = live_context(meeting)
    likely = [person for person, _here in live["likely"]]
    context = {**live, **line_forms(meeting, likely), **more, "is_fragment": True}
    return render(request, "meetings/_minutes_lines.html", context)
