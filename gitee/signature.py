"""Whether a webhook delivery knows the secret: both of Gitee's modes, in constant time.

The signature covers the timestamp, not the body: a captured pair can carry another body until it goes
stale. So an accepted delivery is a hint to refetch the object, never data. (Gitee help, "WebHook 密钥
验证"; checked against genuine deliveries.)
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import unquote

from gitee.pacing import whole_number

FRESH_FOR = timedelta(minutes=5)
# Gitee's own tolerance is an hour; ours covers a slow delivery and clocks that differ.
LONGEST_FRESH = timedelta(hours=1)


class BadSignature(Exception):
    """The delivery is refused. The message names the reason for our log and holds no secret."""


def sign(secret: str, timestamp: str) -> str:
    """The value Gitee sends in signature mode: base64, padded. `timestamp` is text as received."""
    message = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()


def verify(
    *,
    secret: str,
    token: str,
    timestamp: str,
    at: datetime,
    fresh_for: timedelta = FRESH_FOR,
    allow_password: bool = True,
) -> None:
    """Returns when `X-Gitee-Token` and `X-Gitee-Timestamp` (milliseconds) prove knowledge of `secret`.

    Raises `BadSignature` otherwise, for a timestamp further than `fresh_for` from `at` (aware) in
    either direction too. In password mode the token is the secret itself; `allow_password=False`
    refuses that mode.
    """
    verify_any(
        secrets=[secret],
        token=token,
        timestamp=timestamp,
        at=at,
        fresh_for=fresh_for,
        allow_password=allow_password,
    )


def verify_any(
    *,
    secrets: Sequence[str],
    token: str,
    timestamp: str,
    at: datetime,
    fresh_for: timedelta = FRESH_FOR,
    allow_password: bool = True,
) -> None:
    """As `verify`, with any of several secrets: while one is replaced, both the old and the new count."""
    known = [secret for secret in secrets if secret]
    if not known:
        raise BadSignature("no secret is configured")
    _check_fresh(timestamp, at, min(fresh_for, LONGEST_FRESH))
    # All are always compared, so that the time taken tells neither which secret nor which mode it was.
    matches = [_matches(secret, token, timestamp, allow_password) for secret in known]
    if not any(matches):
        raise BadSignature("the token does not match")


def _matches(secret: str, token: str, timestamp: str, allow_password: bool) -> bool:
    given = unquote(token) if "%" in token else token
    signed = _same(given, sign(secret, timestamp))
    plain = _same(token, secret)
    return signed or (plain and allow_password)


def _check_fresh(timestamp: str, at: datetime, fresh_for: timedelta) -> None:
    milliseconds = whole_number(timestamp)
    # No blanks and no sign: what is signed is the text, so only one spelling of a number is good.
    if milliseconds is None or timestamp != str(milliseconds):
        raise BadSignature("the timestamp is no number of milliseconds")
    if abs(milliseconds / 1000 - at.timestamp()) > fresh_for.total_seconds():
        raise BadSignature("the timestamp is stale")


def _same(given: str, expected: str) -> bool:
    """Compares digests, so that neither content nor length shows in the time it takes."""
    return hmac.compare_digest(
        hashlib.sha256(given.encode("utf-8", "replace")).digest(),
        hashlib.sha256(expected.encode()).digest(),
    )
