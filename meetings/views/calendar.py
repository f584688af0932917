"""Calendar files: of the SIG, of one meeting, and one's own behind a signed address."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetings import calendar, minutes, personal
from members.holiday import china
from members.models import Sig

from .access import meeting_or_404, person_of, signed_in

PUBLIC, PRIVATE = "public, max-age=300", "private, max-age=300"


@require_safe
def calendar_feed(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    body = calendar.feed(sig, calendar.meetings_of(sig, timezone.now()), china())
    return _file(request, body, f"{sig.slug}.ics", PUBLIC)


@require_safe
def meeting_file(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    meeting = meeting_or_404(slug, pk)
    return _file(request, calendar.single(meeting, china()), f"{slug}-{pk}.ics", PUBLIC)


@require_safe
def personal_feed(request: HttpRequest, key: str) -> HttpResponse:
    """Works without signing in; who has the address reads it."""
    person = personal.owner_of(key)
    if person is None:
        raise Http404
    now = timezone.now()
    body = calendar.personal(
        person, calendar.meetings_for(person, now), calendar.actions_for(person, now), china()
    )
    response = _file(request, body, "my-sig.ics", PRIVATE)
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@signed_in
def personal_page(request: HttpRequest) -> HttpResponse:
    """The address of one's own calendar; POST makes a new one or stops it."""
    person = person_of(request)
    if request.method == "POST":
        if request.POST.get("do") == "revoke":
            personal.revoke(by=person, at=timezone.now())
            messages.success(request, _("个人日历的地址已停用。"))
        else:
            personal.issue(by=person, at=timezone.now())
            messages.success(request, _("新的地址已生成，原来的地址不再有效。"))
        return redirect("meetings:personal-calendar")
    row = personal.live_of(person)
    path = reverse("meetings:personal-feed", args=[personal.key_of(row)]) if row else ""
    return render(request, "meetings/personal_calendar.html", {"row": row, "path": path})


def _file(request: HttpRequest, body: bytes, name: str, caching: str) -> HttpResponse:
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = caching
    response["ETag"] = quote_etag(minutes.sha256(body.decode()))
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return answer or response
