"""The public decision register: deciding entries by falling number, a page at a time, and one alone."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from .actions import DECIDING, GROUPS, sentence, url_of
from .canonical import NotCanonical, canonical, hash_of
from .models import Entry, RegisterRow
from .names import Named, SigName, directory
from .reading import as_dict

SIZE = 50
SYSTEM = "system"
# Reasons that only name what led to it (a charter imported, a promotion), and an RFC as the record names one.
CHARTER = "charter"
PROMOTION = re.compile(r"promotion:(\d{1,18})")
ISSUE = re.compile(r"([^/#]+)/([^/#]+)#([^/#]+)")


class BadMark(BadRequest):
    """The address holds a page mark that is no decision's number; unless caught, a 400."""


@dataclass(frozen=True)
class Link:
    """Words, and the page they lead to where there is one."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Decision:
    """A decision as pages print it. `actor` is None for the portal itself; `sig` where it has one."""

    row: RegisterRow
    actor: Named | None
    sig: SigName | None

    @property
    def entry(self) -> Entry:
        return self.row.entry

    @property
    def sentence(self) -> str:
        return sentence(self.entry)

    @property
    def url(self) -> str:
        """Page of what was decided."""
        return url_of(self.entry)

    @property
    def kind(self) -> str:
        return str(DECIDING[self.entry.action].label)

    @property
    def group(self) -> str:
        return str(GROUPS[self.row.group])

    @property
    def reason(self) -> Link | None:
        return reason_of(self.entry)

    @property
    def successor(self) -> Link | None:
        """What follows an RFC, which the register knows only by its name."""
        named = self.entry.data.get("successor")
        parts = ISSUE.fullmatch(named) if isinstance(named, str) else None
        return Link(parts[0], _address("reviews:issue-detail", *parts.groups())) if parts else None

    @property
    def data(self) -> str:
        """The entry's content as indented JSON."""
        return json.dumps(self.entry.data, ensure_ascii=False, indent=2, sort_keys=True)

    @property
    def hashed(self) -> str:
        """The text whose SHA-256 is the entry's hash."""
        fields = as_dict(self.entry)
        del fields["hash"]
        return canonical(fields).decode()

    @property
    def is_as_hashed(self) -> bool:
        """Whether the entry still has the hash of its content."""
        fields = as_dict(self.entry)
        try:
            return hash_of(**{name: fields[name] for name in fields if name != "hash"}) == (
                self.entry.hash
            )
        except NotCanonical:
            return False


@dataclass(frozen=True)
class DecisionPage:
    """Decisions by falling number; `older` and `newer` are marks of the neighbour pages."""

    rows: Sequence[Decision]
    older: str | None
    newer: str | None


# ── some of them ──────────────────────────────────────────────────────────────────────────────
def latest_of(sig: str, limit: int) -> list[Entry]:
    """The newest decisions of the SIG of this slug, newest first; one walk through an index."""
    rows = printed(RegisterRow.objects.filter(sig=sig)).order_by("-number")
    return [row.entry for row in rows[:limit]]


def printed(rows: QuerySet[RegisterRow]) -> QuerySet[RegisterRow]:
    """With all that a page prints of them."""
    return rows.select_related("entry").defer("search_text", "search_tokens")


def page_of(
    rows: QuerySet[RegisterRow], params: Mapping[str, str], sigs: Sequence[SigName]
) -> DecisionPage:
    """The page that an address asks for by `?older=` or `?newer=`. Raises BadMark."""
    older, newer = params.get("older", ""), params.get("newer", "")
    rows = printed(rows)
    if newer:
        found = list(rows.filter(number__gt=_number(newer)).order_by("number")[: SIZE + 1])
        more_newer, more_older = len(found) > SIZE, bool(found)
        found = found[:SIZE][::-1]
    else:
        if older:
            rows = rows.filter(number__lt=_number(older))
        found = list(rows.order_by("-number")[: SIZE + 1])
        more_newer, more_older = bool(older and found), len(found) > SIZE
        found = found[:SIZE]
    return DecisionPage(
        told(found, sigs),
        str(found[-1].number) if more_older else None,
        str(found[0].number) if more_newer else None,
    )


def told(rows: Sequence[RegisterRow], sigs: Sequence[SigName]) -> list[Decision]:
    """Rows with the names that people and SIGs have today."""
    actors = {row.entry.actor for row in rows}
    people = directory().people(actors - {SYSTEM})
    by_slug = {sig.slug: sig for sig in sigs}
    return [Decision(row, _actor(row.entry.actor, people), by_slug.get(row.sig)) for row in rows]


def _actor(actor: str, people: Mapping[str, Named]) -> Named | None:
    if actor == SYSTEM:
        return None
    login = actor.partition(":")[2] or actor
    return people.get(actor) or Named(login, login)


def _number(mark: str) -> int:
    if not mark.isascii() or not mark.isdigit() or len(mark) > 18:
        raise BadMark(f"not a number of a decision: {mark!r}")
    return int(mark)


# ── one of them ───────────────────────────────────────────────────────────────────────────────
def newest_number() -> int:
    """How many decisions there are, which is the number of the last."""
    return RegisterRow.objects.order_by("-number").values_list("number", flat=True).first() or 0


def superseded_by(row: RegisterRow) -> list[int]:
    """Numbers of the decisions whose place this one takes."""
    rows = RegisterRow.objects.filter(superseded_by=row.number).values_list("number", flat=True)
    return sorted({*rows, *([row.supersedes] if row.supersedes else [])})


def url_in_register(entry: Entry) -> str:
    """Page of the register about an entry; empty for one that decides nothing. Select `register_row`."""
    row = getattr(entry, "register_row", None)
    return reverse("ledger:decision", args=[row.number]) if row else ""


def reason_of(entry: Entry) -> Link | None:
    """Why, as the entry says: in words, or by the promotion that led to it."""
    said: Any = entry.data.get("reason") or entry.data.get("note")
    if not isinstance(said, str) or not said.strip():
        return None
    if said == CHARTER:
        return Link(gettext("章程"))
    promotion = PROMOTION.fullmatch(said)
    if promotion is None:
        return Link(said)
    url = _address("members:promotion-detail", entry.data.get("sig", ""), promotion[1])
    return Link(gettext("提名第 %(number)s 号") % {"number": promotion[1]}, url)


def _address(name: str, *parts: Any) -> str:
    try:
        return reverse(name, args=parts)
    except NoReverseMatch:
        return ""


# ── all of them ───────────────────────────────────────────────────────────────────────────────
COLUMNS = (
    *("number", "at", "group", "sig", "action", "sentence", "actor", "reason"),
    *("supersedes", "superseded_by", "url", "entry", "hash"),
)


def cells_of(rows: Iterable[RegisterRow], site: str) -> Iterable[tuple[Any, ...]]:
    """A line of COLUMNS for each; UTC times, addresses below `site`."""
    for row in rows:
        entry, reason = row.entry, reason_of(row.entry)
        yield (
            row.number,
            row.at.isoformat(),
            row.group,
            row.sig,
            entry.action,
            sentence(entry),
            entry.actor,
            reason.text if reason else "",
            row.supersedes or "",
            row.superseded_by or "",
            site + reverse("ledger:decision", args=[row.number]),
            entry.seq,
            entry.hash,
        )
