"""`/healthz` and `/readyz`: is this process alive, and should requests be sent to it."""

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .request_log import PROBES

log = logging.getLogger(__name__)
PING_TIMEOUT_S = 2
MIGRATIONS_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `fault` is for anyone to read: no address, no secret.

    Without what is `needed` a page cannot be made; the rest is missed by some things only.
    """

    name: str
    fault: str = ""
    needed: bool = True
    detail: str = ""

    def as_json(self) -> dict[str, str]:
        state = "ok" if not self.fault else "failing" if self.needed else "degraded"
        known = {"name": self.name, "state": state, "detail": self.fault or self.detail}
        return {key: value for key, value in known.items() if value}


class ProbeHostMiddleware:
    """Whoever probes asks an address ("10.0.0.7:8000"), not the portal's name: no reason for a 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.strip("/") in PROBES:
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_URL).netloc
            request.META.pop("HTTP_X_FORWARDED_HOST", None)
        return self.get_response(request)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; asks nobody else, so that an outage restarts no process."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 `ready` or `degraded` (pages work, background work waits), 503 `failing`, with what was found."""
    findings = [check() for check in (_database, _broker, _disk)]
    failing = any(finding.fault and finding.needed for finding in findings)
    degraded = any(finding.fault for finding in findings)
    status = "failing" if failing else "degraded" if degraded else "ready"
    found = {"status": status, "checks": [finding.as_json() for finding in findings]}
    return JsonResponse(found, status=503 if failing else 200)


# ── what is looked at ─────────────────────────────────────────────────────────────────────────
def _database() -> Finding:
    try:
        missing = _missing_migrations()
    except (DatabaseError, InterfaceError) as error:
        log.warning("the database does not answer: %s", type(error).__name__)
        return Finding("database", "does not answer")
    named = ", ".join(missing[:MIGRATIONS_NAMED])
    return Finding("database", f"{len(missing)} migrations missing: {named}" if missing else "")


def _missing_migrations() -> list[str]:
    """What this program needs and the database lacks. More than needed is fine: a newer one is coming."""
    recorder = MigrationRecorder(connection)
    applied = set(recorder.applied_migrations())
    return [f"{app}.{name}" for app, name in _known_migrations() if (app, name) not in applied]


@cache
def _known_migrations() -> list[tuple[str, str]]:
    return sorted(MigrationLoader(None).disk_migrations)


def _broker() -> Finding:
    if not settings.REDIS_URL:
        return Finding("broker", needed=False, detail="embedded")
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=PING_TIMEOUT_S,
        socket_timeout=PING_TIMEOUT_S,
    )
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        log.warning("the broker does not answer: %s", type(error).__name__)
        return Finding("broker", "does not answer", needed=False)
    finally:
        client.close()
    return Finding("broker", needed=False)


def _disk() -> Finding:
    """Of VAR_DIR: logs of beat, files of the embedded mode; a full one fails the next write."""
    least = settings.MIN_FREE_DISK_MB
    try:
        free_mb = shutil.disk_usage(settings.VAR_DIR).free // (1024 * 1024)
    except OSError as error:
        log.warning("VAR_DIR cannot be looked at: %s", error.strerror)
        return Finding("disk", "VAR_DIR cannot be read")
    if not os.access(settings.VAR_DIR, os.W_OK):
        return Finding("disk", "VAR_DIR cannot be written")
    return Finding("disk", f"less than {least} MB free in VAR_DIR" if free_mb < least else "")
