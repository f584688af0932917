"""The one spelling of an entry that is hashed, so that anyone can compute the same hash."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64
# Larger integers lose digits in readers that hold numbers as IEEE doubles.
MAX_INTEGER = 2**53 - 1


class NotCanonical(ValueError):
    """The value has no single JSON spelling; the message names where in it."""


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8 unescaped. Raises NotCanonical."""
    check(value)
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def check(value: Any, where: str = "$") -> None:
    """Refuse what JSON, jsonb or another language would store differently than it was given."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonical(f"{where}: an integer beyond 2^53 - 1")
    elif isinstance(value, Mapping):
        _check_object(value, where)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            check(item, f"{where}[{index}]")
    else:
        raise NotCanonical(f"{where}: {type(value).__name__} has no place in the record")


def _check_object(value: Mapping[Any, Any], where: str) -> None:
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotCanonical(f"{where}: the key {key!r} is not text")
        _check_text(key, where)
        check(item, f"{where}.{key}")


def _check_text(value: str, where: str) -> None:
    if "\0" in value:
        raise NotCanonical(f"{where}: a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(f"{where}: half of a surrogate pair") from error


def moment(at: dt.datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.ffffffZ` of an aware instant. Raises NotCanonical on a naive one."""
    if at.tzinfo is None:
        raise NotCanonical("at: no time zone")
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def hash_of(
    *,
    seq: int,
    at: dt.datetime | str,
    actor: str,
    action: str,
    subject: str,
    data: Mapping[str, Any],
    prev_hash: str,
) -> str:
    """SHA-256, hexadecimal, over the canonical JSON of everything but the hash itself."""
    body = {
        "seq": seq,
        "at": at if isinstance(at, str) else moment(at),
        "actor": actor,
        "action": action,
        "subject": subject,
        "data": data,
        "prev_hash": prev_hash,
    }
    return hashlib.sha256(canonical(body)).hexdigest()
