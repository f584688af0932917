"""How log lines look, and what never stands in one: tokens, passwords, cookies, e-mail, query strings.

Code logs with `logging` as anywhere; structlog only formats. Imported by the settings: no Django here.
"""

import logging
import re
from collections.abc import Iterable
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# What a call may add with `extra=`; anything else (Django adds the whole request) is left out.
FIELDS = ("route", "method", "path", "status", "ms", "client", "task_state")
HIDDEN = "[…]"
# Shorter ones would blacken words.
SECRET_LENGTH = 6
# Secrets in addresses that people are sent: calendars, unsubscribing, confirming.
SECRET_PARTS = frozenset({"token", "key", "uidb36", "sessionid"})

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # user:password@ of an address
    (re.compile(r"(?<=://)[^/\s@]+@"), f"{HIDDEN}@"),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    # Header lines, also as Python prints a mapping of them.
    (
        re.compile(r"(?i)\b((?:set-)?cookie|(?:proxy-)?authorization)(['\"]?\s*[:=]).*"),
        rf"\1\2 {HIDDEN}",
    ),
    (re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+"), f"Bearer {HIDDEN}"),
    (
        re.compile(
            r"(?i)\b([\w-]*(?:token|password|passwd|secret|sessionid))(['\"]?\s*[=:]\s*['\"]?)"
            r"[^\s'\"&,;)}]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    # Names of a query string may help, its values may be anything: both go.
    (re.compile(r"(?<=[\w/.-])\?[^\s'\"<>?=]+=[^\s'\"<>]*"), f"?{HIDDEN}"),
)


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without whatever must not be logged; `secrets` are hidden wherever they stand."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


class Scrubber:
    """The last processor before a line is printed: every text of it, the traceback too."""

    def __init__(self, secrets: Iterable[str]) -> None:
        kept = {secret for secret in secrets if len(secret) >= SECRET_LENGTH}
        # The longest first: one may be the beginning of another.
        self.secrets = sorted(kept, key=len, reverse=True)

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        return {
            key: scrub(value, self.secrets) if isinstance(value, str) else value
            for key, value in event.items()
        }


class RequestNoise(logging.Filter):
    """Django's own lines about answers: most have ours already, an outage needs no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        if status is None:
            return True
        if record.name == "django.request" and (status < 500 or not record.exc_info):
            return False
        self._hide_path(record)
        if status < 500 or status == 503:
            self._shorten(record)
        return True

    def _hide_path(self, record: logging.LogRecord) -> None:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            shown = safe_path(request)
            record.args = tuple(shown if value == path else value for value in record.args)

    def _shorten(self, record: logging.LogRecord) -> None:
        """The first line of what was raised instead of where."""
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            first = (str(error).splitlines() or [""])[0]
            record.args = (record.getMessage(), type(error).__name__, first)
            record.msg = "%s (%s: %s)"
        record.exc_info = None


def safe_path(request: Any) -> str:
    """The path of a Django request with the secrets hidden that are part of some addresses."""
    path = str(request.path)
    match = getattr(request, "resolver_match", None)
    for name, value in (match.kwargs if match else {}).items():
        if name in SECRET_PARTS and value:
            path = path.replace(str(value), HIDDEN)
    return path


def logging_config(
    *, as_json: bool, level: str, worker_level: str, secrets: Iterable[str] = ()
) -> dict[str, Any]:
    """For logging.config.dictConfig: everything to stderr, a line each, times in UTC."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_noise": {"()": RequestNoise}},
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _what_is_known(),
                "processors": _printing(as_json, secrets),
            }
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "structured",
                "filters": ["request_noise"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": _loggers(worker_level),
    }


def _what_is_known() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _printing(as_json: bool, secrets: Iterable[str]) -> list[Processor]:
    plain = structlog.dev.plain_traceback
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain, pad_event_to=0)
    )
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        Scrubber(secrets),
        renderer,
    ]


def _loggers(worker_level: str) -> dict[str, Any]:
    ours: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        # Django's defaults would print a second time, and mail tracebacks with all they hold.
        "django": {**ours, "level": "INFO"},
        "django.server": {**ours, "level": "INFO"},
        "gunicorn.error": {**ours, "level": "INFO"},
        # They tell of every message they receive; ours tell what became of it.
        "celery": {**ours, "level": worker_level},
        # They write addresses of channels, which are secrets: apprise always, urllib3 when debugging.
        "apprise": {"level": "CRITICAL", "handlers": ["stderr"], "propagate": False},
        "urllib3": {"level": "INFO"},
    }
