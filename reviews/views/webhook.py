"""Where the code host delivers its webhooks: checked by their headers alone, stored, answered at once.

Each refusal comes before anything is written. The words are for whoever sets up the hook.
"""

import datetime as dt
import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gitee.signature import BadSignature, verify_any

from ..webhook.delivery import receive
from ..webhook.envelope import BadBody, parse, read

log = logging.getLogger(__name__)


class Refused(Exception):
    """The delivery is not taken. The message is the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@csrf_exempt
@never_cache
@require_POST
def gitee(request: HttpRequest) -> HttpResponse:
    """202 when the object will be fetched, 200 when there is nothing to do, 4xx or 503 when refused."""
    at = timezone.now()
    try:
        _check_sender(request, at)
        _check_form(request)
        body = parse(_read(request))
    except Refused as refusal:
        log.warning("webhook refused: %s", refusal)
        return JsonResponse({"error": str(refusal)}, status=refusal.status)
    except BadBody as error:
        return JsonResponse({"error": str(error)}, status=400)
    headers = request.headers
    event = read(
        body,
        event=headers.get("X-Gitee-Event") or headers.get("X-Git-Oschina-Event") or "",
        timestamp=headers["X-Gitee-Timestamp"],
        ping=headers.get("X-Gitee-Ping", "").lower() == "true",
    )
    accepted = receive(event, at=at).is_of_interest
    return JsonResponse(
        {"status": "accepted" if accepted else "ignored"}, status=202 if accepted else 200
    )


def _check_sender(request: HttpRequest, at: dt.datetime) -> None:
    secrets = [secret.strip() for secret in settings.GITEE_WEBHOOK_SECRET.split(",")]
    if not any(secrets):
        raise Refused(503, "no webhook secret is configured (GITEE_WEBHOOK_SECRET)")
    token = request.headers.get("X-Gitee-Token", "")
    timestamp = request.headers.get("X-Gitee-Timestamp", "")
    if not token or not timestamp:
        raise Refused(401, "X-Gitee-Token and X-Gitee-Timestamp are required")
    fresh_for = dt.timedelta(seconds=settings.WEBHOOK_TOLERANCE_S)
    try:
        verify_any(secrets=secrets, token=token, timestamp=timestamp, at=at, fresh_for=fresh_for)
    except BadSignature as error:
        raise Refused(403, str(error)) from None


def _check_form(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise Refused(415, "application/json was expected")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > settings.WEBHOOK_MAX_BYTES:
        raise Refused(413, f"more than {settings.WEBHOOK_MAX_BYTES} bytes")


def _read(request: HttpRequest) -> bytes:
    try:
        raw = request.body
    except RequestDataTooBig:
        raise Refused(413, "more than is read of any request") from None
    except UnreadablePostError:
        raise Refused(400, "the body broke off") from None
    if len(raw) > settings.WEBHOOK_MAX_BYTES:
        raise Refused(413, f"more than {settings.WEBHOOK_MAX_BYTES} bytes")
    return raw
