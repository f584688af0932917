"""The button that puts the progress digest into the draft of the minutes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import digest, minutes, rules
from meetings.models import Meeting
from meetings.skeleton import skeleton

from .access import deed, permit, person_of


@deed
def digest_put(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """As a save of the minutes, on top of the newest text; a digest that stands there is replaced."""
    permit(rules.can_edit_minutes(request.user, meeting))
    at = timezone.now()
    found = digest.digest_of(meeting, at)
    if found is None:
        messages.error(request, _("这次会议现在没有进展摘要。"))
        return redirect(meeting)
    latest = minutes.latest_of(meeting)
    body = digest.placed(latest.body if latest else skeleton(meeting), digest.markdown(found))
    minutes.save_draft(
        meeting=meeting,
        body=body,
        expected=latest.number if latest else 0,
        by=person_of(request),
        at=at,
    )
    messages.success(request, _("进展摘要已放入纪要草稿。"))
    return redirect(f"{meeting.get_absolute_url()}#minutes")
