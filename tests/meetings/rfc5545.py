"""A second reader of iCalendar, strict and independent of the library that writes it.

Written from RFC 5545 (and 7986 for NAME and REFRESH-INTERVAL): it reads bytes, not objects, and
names the line of the first fault.
"""

import datetime as dt
import re
from dataclasses import dataclass, field

TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME", "TZNAME", "UID", "TZID"}
# What a component may hold, and what of it must be there exactly once.
ONCE = {
    "VCALENDAR": {"PRODID", "VERSION"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
    "DAYLIGHT": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
}
AT_MOST_ONCE = {
    "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "SEQUENCE", "DTEND", "DURATION",
    "LAST-MODIFIED", "TRANSP", "CALSCALE", "METHOD", "RECURRENCE-ID",
}  # fmt: skip
INSIDE = {
    "VCALENDAR": {"VEVENT", "VTIMEZONE"},
    "VTIMEZONE": {"STANDARD", "DAYLIGHT"},
    "VEVENT": set(),
    "STANDARD": set(),
    "DAYLIGHT": set(),
}
LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(.*)', re.DOTALL)
STATUSES = {"TENTATIVE", "CONFIRMED", "CANCELLED"}
LOCAL, UTC, DAY = r"\d{8}T\d{6}", r"\d{8}T\d{6}Z", r"\d{8}"


class Fault(ValueError):
    """The text is no iCalendar object; the message names the line."""


@dataclass
class Component:
    name: str
    lines: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def values(self, name):
        return [value for one, _params, value in self.lines if one == name]

    def text(self, name):
        (value,) = self.values(name)
        return unescape(value)

    def params(self, name):
        (params,) = [params for one, params, _value in self.lines if one == name]
        return params


def read(raw: bytes) -> Component:
    """The calendar, checked. Raises Fault."""
    stack, root = [], None
    for number, line in enumerate(unfold(raw), start=1):
        name, params, value = _parted(line, number)
        if name == "BEGIN":
            part = Component(value)
            if part.name not in INSIDE or (stack and value not in INSIDE[stack[-1].name]):
                raise Fault(f"{number}: {value} has no place here")
            if not stack and root is not None:
                raise Fault(f"{number}: a second object")
            (stack[-1].parts.append(part) if stack else None)
            root = root or part
            stack.append(part)
        elif name == "END":
            if not stack or stack[-1].name != value:
                raise Fault(f"{number}: END:{value} closes nothing")
            stack.pop()
        elif not stack:
            raise Fault(f"{number}: a property outside any component")
        else:
            stack[-1].lines.append((name, params, value))
    if root is None or stack or root.name != "VCALENDAR":
        raise Fault("not one whole VCALENDAR")
    _check(root)
    return root


def unfold(raw: bytes) -> list[str]:
    """Content lines (3.1): CRLF, at most 75 octets, no character cut, no control characters."""
    if not raw.endswith(b"\r\n") or b"\n" in raw.replace(b"\r\n", b""):
        raise Fault("lines do not end with CRLF")
    physical = raw[:-2].split(b"\r\n")
    for number, line in enumerate(physical, start=1):
        if len(line) > 75 or not line:
            raise Fault(f"physical line {number}: {len(line)} octets")
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line.decode()):
            raise Fault(f"physical line {number}: a control character")
    return raw[:-2].replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode().split("\r\n")


def unescape(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def _parted(line, number):
    match = LINE.fullmatch(line)
    if match is None:
        raise Fault(f"{number}: no content line: {line!r}")
    name, params, value = match[1].upper(), match[2], match[3]
    pairs = dict(part.split("=", 1) for part in re.findall(r';([^=;]+="[^"]*"|[^;]+)', params))
    if name in TEXTS and re.search(r"(?<!\\)(?:\\\\)*(?:\\[^\\;,nN]|[;,])", value):
        raise Fault(f"{number}: {name} is not escaped: {value!r}")
    return name, pairs, value


def _check(calendar):
    if calendar.values("VERSION") != ["2.0"]:
        raise Fault("VERSION is not 2.0")
    zones = [zone.text("TZID") for zone in calendar.parts if zone.name == "VTIMEZONE"]
    if len(zones) != len(set(zones)):
        raise Fault("a zone is described twice")
    seen = set()
    for part in _all(calendar):
        names = [name for name, _params, _value in part.lines]
        for name in ONCE[part.name]:
            if names.count(name) != 1:
                raise Fault(f"{part.name} has {names.count(name)} {name}")
        for name in AT_MOST_ONCE:
            if names.count(name) > 1:
                raise Fault(f"{part.name} has {names.count(name)} {name}")
        if part.name == "VTIMEZONE" and not part.parts:
            raise Fault("a zone without a rule")
        if part.name == "VEVENT":
            _check_event(part, zones)
            identity = (part.text("UID"), *part.values("RECURRENCE-ID"))
            if identity in seen:
                raise Fault(f"the event {identity} twice")
            seen.add(identity)


def _all(component):
    yield component
    for part in component.parts:
        yield from _all(part)


def _check_event(event, zones):
    if not re.fullmatch(UTC, *event.values("DTSTAMP")):
        raise Fault("DTSTAMP is not UTC")
    if not set(event.values("STATUS")) <= STATUSES:
        raise Fault(f"STATUS {event.values('STATUS')}")
    if not all(value.isdigit() for value in event.values("SEQUENCE")):
        raise Fault("SEQUENCE is no number")
    kinds = {_kind(event, name, zones) for name in ("DTSTART", "DTEND") if event.values(name)}
    if len(kinds) != 1:
        raise Fault("DTSTART and DTEND are of different kinds")
    if event.values("DTEND") and event.values("DTEND") <= event.values("DTSTART"):
        raise Fault("DTEND is not after DTSTART")


def _kind(event, name, zones):
    params, (value,) = event.params(name), event.values(name)
    if params.get("VALUE") == "DATE":
        _moment(value, "%Y%m%d")
        return "day"
    if re.fullmatch(UTC, value) and not params:
        _moment(value, "%Y%m%dT%H%M%SZ")
        return "utc"
    if not re.fullmatch(LOCAL, value) or params.get("TZID") not in zones:
        raise Fault(f"{name} {params} {value}: no zone of this calendar")
    _moment(value, "%Y%m%dT%H%M%S")
    return params["TZID"]


def _moment(value, form):
    try:
        dt.datetime.strptime(value, form)  # noqa: DTZ007 - only whether it is one
    except ValueError as error:
        raise Fault(f"{value} is no time") from error
