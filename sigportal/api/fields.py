"""Types that every answer and every question of the API is made of."""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

# Ids are 64 bits in the database, numbers of pull requests and resolutions 32.
MOST_ID = 2**63 - 1
MOST_NUMBER = 2**31 - 1


def in_utc(at: dt.datetime) -> str:
    """ISO 8601 in UTC with a Z, as precise as it is stored."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _iso_day(value: Any) -> Any:
    """Only 2025-06-28: a bare number would be read as seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("write a day as 2025-06-28")
    return value


def _whole(value: Any) -> Any:
    """Only digits: 1.0, 1_0 and " 1" are no numbers of ours."""
    if isinstance(value, str) and not re.fullmatch(r"-?\d{1,20}", value, re.ASCII):
        raise ValueError("write a whole number in digits")
    return value


def _yes_or_no(value: Any) -> Any:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("write true or false")
    return value


# ── in answers ──
Instant = Annotated[
    dt.datetime,
    PlainSerializer(in_utc, return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-03-02T04:00:00Z"]},
        mode="serialization",
    ),
]

# ── in questions ──
Day = Annotated[dt.date, BeforeValidator(_iso_day)]
Whole = Annotated[int, BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_yes_or_no)]
# A database refuses to look for a NUL.
Text = Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")]
Words = Annotated[str, Field(max_length=100, pattern="^[^\\u0000]*$")]
Number = Annotated[Whole, Field(ge=1, le=MOST_NUMBER)]
Id = Annotated[Whole, Field(ge=1, le=MOST_ID)]
