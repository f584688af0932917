"""The SIG's calendar feed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from meetings import calendar, minutes
from members.holiday import china
from members.models import Sig


def calendar_feed(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    body = calendar.feed(sig, calendar.meetings_of(sig, timezone.now()), china())
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{sig.slug}.ics"'
    response["Cache-Control"] = "public, max-age=300"
    response["ETag"] = quote_etag(minutes.sha256(body.decode()))
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
