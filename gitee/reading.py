"""Reading fields of decoded JSON, so that whatever is wrong is told with its place."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from gitee.errors import MalformedRow

Json = Mapping[str, Any]
Found = TypeVar("Found")

LARGEST_ID = 2**63 - 1  # what a bigint column holds


def parse_instant(text: str, field: str) -> datetime:
    """ISO 8601 with an offset, to aware UTC. Without an offset we would have to guess: refused."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedRow(field, f"not an ISO 8601 time: {text[:40]!r}") from None
    if instant.tzinfo is None:
        raise MalformedRow(field, f"a time without an offset: {text[:40]!r}")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise MalformedRow(field, f"a time out of range: {text[:40]!r}") from None


def identity_of(data: object) -> tuple[int | None, datetime | None]:
    """Id and update time of a row that cannot be understood, as far as these can."""
    if not isinstance(data, Mapping):
        return None, None
    reader = Reader(data, "row")
    return readable(reader.optional_int, "id"), readable(reader.optional_instant, "updated_at")


def readable(read: Callable[[str], Found], name: str) -> Found | None:
    try:
        return read(name)
    except MalformedRow:
        return None


def _storable(text: str) -> str:
    """Databases refuse NUL and lone surrogates, both of which JSON can carry; nothing readable is lost."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


class Reader:
    """Reads fields of one JSON object and knows where it stands, so that an error names its place."""

    def __init__(self, data: object, place: str) -> None:
        if not isinstance(data, Mapping):
            raise MalformedRow(place, f"an object was expected, not {type(data).__name__}")
        self.data: Json = data
        self.place = place

    def at(self, name: str) -> str:
        return f"{self.place}.{name}"

    def child(self, name: str) -> "Reader":
        """A nested object; null and absent read as empty, for every nested object can be null."""
        value = self.data.get(name)
        return Reader({} if value is None else value, self.at(name))

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.data.get(name)
        if value is None or value == "":
            if required:
                raise MalformedRow(self.at(name), "missing")
            return ""
        if not isinstance(value, str):
            raise MalformedRow(self.at(name), f"text was expected, not {type(value).__name__}")
        return _storable(value)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, required=True)
        if value not in allowed:
            raise MalformedRow(self.at(name), f"{value[:40]!r} is none of {', '.join(allowed)}")
        return value

    def optional_int(self, name: str) -> int | None:
        """Ids are numbers, but text of digits is tolerated: dialects differ."""
        value = self.data.get(name)
        if isinstance(value, str) and value.isdecimal() and len(value) < 20:
            value = int(value)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            if not 0 <= value <= LARGEST_ID:
                raise MalformedRow(self.at(name), "a number out of range")
            return value
        raise MalformedRow(self.at(name), f"a number was expected, not {type(value).__name__}")

    def integer(self, name: str) -> int:
        value = self.optional_int(name)
        if value is None:
            raise MalformedRow(self.at(name), "missing")
        return value

    def flag(self, name: str) -> bool:
        value = self.data.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise MalformedRow(self.at(name), f"true or false was expected, not {type(value).__name__}")

    def optional_instant(self, name: str) -> datetime | None:
        value = self.text(name)
        return parse_instant(value, self.at(name)) if value else None

    def instant(self, name: str) -> datetime:
        return parse_instant(self.text(name, required=True), self.at(name))

    def items(self, name: str) -> list[Any]:
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise MalformedRow(self.at(name), f"a list was expected, not {type(value).__name__}")
        return value
