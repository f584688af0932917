"""Reading answers: JSON or a typed error, whatever the server sent instead."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gitee import errors, pacing

MESSAGE_LENGTH = 500
RATE_WORDS = ("rate limit", "ratelimit", "too many requests", "频率", "频繁", "次数超")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer; `headers` is case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read_json(answer: Answer, *, where: str, now: float) -> Any:
    """The decoded body of a 2xx answer; every other status raises its `GiteeError`."""
    if not 200 <= answer.status < 300:
        raise error_for(answer, where=where, now=now)
    if "html" in answer.headers.get("content-type", ""):
        raise errors.MalformedAnswer("HTML instead of JSON", status=answer.status, where=where)
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise errors.MalformedAnswer(
            f"no complete JSON in {len(answer.body)} bytes", status=answer.status, where=where
        ) from None


def error_for(answer: Answer, *, where: str, now: float) -> errors.GiteeError:
    """The error a status means. A 403 is a rate limit only if the headers or the body say so."""
    message = read_message(answer.body)
    error = _kind(answer, message)(message, status=answer.status, where=where)
    error.retry_after_s = pacing.read_retry_after(answer.headers.get("retry-after"), now=now)
    if error.retry_after_s is None and isinstance(error, errors.RateLimited):
        budget = pacing.read_budget(answer.headers)
        error.retry_after_s = (budget.wait_s(reserve=0, now=now) or None) if budget else None
    return error


def _kind(answer: Answer, message: str) -> type[errors.GiteeError]:
    status = answer.status
    if status == 429 or (status == 403 and _means_rate_limit(answer, message)):
        return errors.RateLimited
    if status in (401, 403):
        return errors.Forbidden
    if status == 404:
        return errors.NotFound
    if status >= 500 or status == 408:
        return errors.Unavailable
    return errors.Refused if status >= 400 else errors.MalformedAnswer


def _means_rate_limit(answer: Answer, message: str) -> bool:
    budget = pacing.read_budget(answer.headers)
    if budget is not None and budget.remaining == 0:
        return True
    return any(word in message.lower() for word in RATE_WORDS)


def read_message(body: bytes) -> str:
    """The readable part of an error: `message`, `error_description` or `error` of a JSON object, else
    the first 500 characters of the text."""
    text = body.decode("utf-8", "replace")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    found = _from_object(data) if isinstance(data, Mapping) else ""
    return (found or " ".join(text.split()))[:MESSAGE_LENGTH]


def _from_object(data: Mapping[str, Any]) -> str:
    for key in ("message", "error_description", "error"):
        found = _as_text(data.get(key))
        if found:
            return found
    return ""


def _as_text(value: object) -> str:
    """`error` can be an object of lists: `{"base": ["…"]}`."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return "; ".join(text for text in map(_as_text, value) if text)
    return value if isinstance(value, str) else ""
