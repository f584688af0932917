"""The number of the request that set a task off stands in the task's log lines; how it went is measured.

Celery's signals: a message carries the number as a header, whoever runs it binds it again.
"""

import time
from contextvars import Token
from typing import Any

import structlog
from celery import signals
from django.conf import settings
from prometheus_client import Histogram, start_http_server

TASK_SECONDS = Histogram(
    "sigportal_task_seconds",
    "Run time of tasks by name and outcome (SUCCESS, FAILURE, RETRY, IGNORED).",
    ["task", "outcome"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 1800),
)
_HEADER = "request_id"


def connect() -> None:
    """Once per process, by the app's `ready`."""
    signals.before_task_publish.connect(_send_number, dispatch_uid="sigportal")
    signals.task_prerun.connect(_begin, dispatch_uid="sigportal")
    signals.task_postrun.connect(_end, dispatch_uid="sigportal")
    signals.setup_logging.connect(_keep_our_logging, dispatch_uid="sigportal")
    signals.worker_init.connect(_serve_figures, dispatch_uid="sigportal")


def _send_number(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    number = structlog.contextvars.get_contextvars().get(_HEADER)
    if headers is not None and number:
        headers[_HEADER] = number


def _begin(task_id: str, task: Any, **kwargs: Any) -> None:
    """Also for a task that runs in place, inside a request: its context comes back afterwards."""
    known = structlog.contextvars.get_contextvars().get(_HEADER)
    number = _number_in(task.request) or known or task_id
    task.request.portal_began = (
        time.perf_counter(),
        structlog.contextvars.bind_contextvars(
            request_id=str(number), task=task.name, task_id=task_id
        ),
    )


def _number_in(message: Any) -> str | None:
    """A worker finds headers of ours among Celery's, a task in place in a mapping of their own."""
    return getattr(message, _HEADER, None) or (message.headers or {}).get(_HEADER)


def _end(task: Any, state: str | None = None, **kwargs: Any) -> None:
    began: tuple[float, dict[str, Token[Any]]] | None = getattr(task.request, "portal_began", None)
    if began is None:
        return
    started, tokens = began
    TASK_SECONDS.labels(task.name, state or "IGNORED").observe(time.perf_counter() - started)
    structlog.contextvars.reset_contextvars(**tokens)


def _keep_our_logging(**kwargs: Any) -> None:
    """Someone listening is all it takes: Celery then leaves handlers and levels as the settings say."""


def _serve_figures(**kwargs: Any) -> None:
    """A worker is another process, maybe on another machine: it is scraped at a port of its own."""
    if settings.WORKER_METRICS_PORT:
        start_http_server(settings.WORKER_METRICS_PORT, settings.WORKER_METRICS_HOST)
