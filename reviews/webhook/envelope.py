"""What a delivery is about, read from a body that nobody vouches for: pure, and never an exception later.

Gitee signs the time, not the body. So only names are taken from it (which repository, which object), and
what is kept of it is for people to look at. Shapes: GITEE_API.md, sections 5 to 7.
"""

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

PULL, ISSUE, OWNERS = "pull", "issue", "owners"
# Header spellings to the body's. Some deliveries carry the body's spelling in the header.
EVENTS = {
    "Merge Request Hook": "merge_request_hooks",
    "Issue Hook": "issue_hooks",
    "Note Hook": "note_hooks",
    "Push Hook": "push_hooks",
    "Tag Push Hook": "tag_push_hooks",
}
KEPT_TEXT, KEPT_ITEMS, KEPT_DEPTH, KEPT_BYTES = 2_000, 50, 12, 64 * 1024
# The secret in clear, its signature, and addresses that are nobody's business.
NOT_KEPT = {"password", "sign", "email"}
LARGEST_PULL = 2**31 - 1
LARGEST_ID = 2**63 - 1


class BadBody(ValueError):
    """Not JSON, or not an object; the message says which."""


@dataclass(frozen=True, slots=True)
class Event:
    """One delivery, understood. `kind` is pull, issue, owners (a push to look at), or empty: of no interest.

    `sent_at` is aware UTC, from the timestamp that is signed. `fingerprint` is 64 hexadecimal digits.
    """

    hook_name: str
    action: str
    path: str
    kind: str
    number: str
    sent_at: dt.datetime | None
    fingerprint: str
    body: dict[str, Any]


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises BadBody."""
    try:
        data = json.loads(raw, parse_constant=_no_constant)
    except RecursionError:
        raise BadBody("the JSON is nested too deeply") from None
    except ValueError as error:
        raise BadBody(f"not JSON: {error}") from None
    if not isinstance(data, dict):
        raise BadBody("a JSON object was expected")
    return data


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON value")


def read(body: Json, *, event: str = "", timestamp: str = "", ping: bool = False) -> Event:
    """The event that a body is about. `event` and `timestamp` are the headers; the body's hook_name counts first."""
    told = text_of(body, "hook_name") or event
    hook_name = EVENTS.get(told, told)
    path = _path_of(body)
    kind, number = ("", "") if ping else _subject_of(hook_name, body)
    return Event(
        hook_name=storable(hook_name)[:60],
        action="ping" if ping else storable(text_of(body, "action"))[:60],
        path=storable(path)[:400],
        kind=kind,
        number=number,
        sent_at=instant_of(timestamp),
        fingerprint=_fingerprint(body, hook_name, timestamp, path, kind, number, ping),
        body=kept(body),
    )


# ── what it is about ──────────────────────────────────────────────────────────────────────────
def _subject_of(hook_name: str, body: Json) -> tuple[str, str]:
    if hook_name == "merge_request_hooks":
        return _pull(body)
    if hook_name == "issue_hooks":
        return _issue(body)
    if hook_name == "note_hooks":
        return _noted(body)
    if hook_name == "push_hooks" and touches_owners(body):
        return OWNERS, storable(text_of(body, "ref").removeprefix("refs/heads/"))[:40]
    return "", ""


def _pull(body: Json) -> tuple[str, str]:
    places = (body.get("number"), body.get("iid"), child(body, "pull_request").get("number"))
    number = next(filter(None, map(_pull_number, places)), "")
    return (PULL, number) if number else ("", "")


def _issue(body: Json) -> tuple[str, str]:
    places = (body.get("iid"), child(body, "issue").get("number"))
    number = next(filter(None, map(_issue_number, places)), "")
    return (ISSUE, number) if number else ("", "")


def _noted(body: Json) -> tuple[str, str]:
    """On what a comment is. `per_iid` is "!7" or "#I4CF12"; a commit or a repository is of no interest."""
    told, named = text_of(body, "noteable_type"), text_of(body, "per_iid")
    if told == "PullRequest" or (not told and named.startswith("!")):
        number = _pull_number(child(body, "pull_request").get("number"))
        number = number or _pull_number(named.removeprefix("!"))
        return (PULL, number) if number else ("", "")
    if told == "Issue" or (not told and named.startswith("#")):
        number = _issue_number(child(body, "issue").get("number"))
        number = number or _issue_number(named.removeprefix("#"))
        return (ISSUE, number) if number else ("", "")
    return "", ""


def _pull_number(value: Any) -> str:
    """A number a pull request can have, without leading zeros; else empty."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 10:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_PULL:
        return str(value)
    return ""


def _issue_number(value: Any) -> str:
    """Letters and digits, as both dialects write it (`I4CE7W`, `2399`); anything else is no issue."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and 0 < len(text) <= 40 and text.isascii() and text.isalnum():
        return text
    return ""


def touches_owners(body: Json) -> bool:
    """Whether a push to the default branch changed an OWNERS file, or does not say what it changed."""
    branch = text_of(child(body, "repository"), "default_branch")
    if not branch or text_of(body, "ref") != f"refs/heads/{branch}" or body.get("deleted") is True:
        return False
    commits = body.get("commits")
    if not isinstance(commits, list) or not commits or body.get("commits_more_than_ten") is True:
        return True
    return any(
        isinstance(path, str) and path.rpartition("/")[2] == "OWNERS"
        for commit in commits
        if isinstance(commit, dict)
        for name in ("added", "removed", "modified")
        for path in _list(commit.get(name))
    )


def pushed_head(hook_name: str, body: Json) -> str:
    """The head commit a delivery says was just pushed; empty when it is about something else."""
    if EVENTS.get(hook_name, hook_name) != "merge_request_hooks":
        return ""
    # On other actions `action_desc` is stale.
    update = (text_of(body, "action"), text_of(body, "action_desc"))
    if update != ("update", "source_branch_changed"):
        return ""
    return text_of(child(child(body, "pull_request"), "head"), "sha")


def _path_of(body: Json) -> str:
    """`repository.path_with_namespace`; `full_name` may be a display name and is the last resort."""
    for where in ("repository", "project"):
        for name in ("path_with_namespace", "full_name"):
            path = text_of(child(body, where), name)
            if path.count("/") >= 1:
                return path
    return ""


def instant_of(timestamp: str) -> dt.datetime | None:
    """Milliseconds since 1970 as sent in the header; None when it is no such number."""
    if not timestamp.isdecimal() or not timestamp.isascii() or len(timestamp) > 14:
        return None
    return dt.datetime.fromtimestamp(int(timestamp) / 1000, dt.UTC)


# ── the same event ────────────────────────────────────────────────────────────────────────────
def _fingerprint(body: Json, hook_name: str, timestamp: str, *more: object) -> str:
    """SHA-256 over what makes two deliveries the same event: the host sends no delivery id."""
    names = ("hook_id", "action", "action_desc", "noteable_id", "ref", "before", "after", "deleted")
    ids = [child(body, name).get("id") for name in ("pull_request", "issue", "comment")]
    parts = [hook_name, timestamp, *more, *(body.get(name) for name in names), *ids]
    text = json.dumps([_plain(part) for part in parts], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    return "" if value is None or _nested(value) else str(value)[:400]


# ── what is kept ──────────────────────────────────────────────────────────────────────────────
def kept(body: Json) -> dict[str, Any]:
    """The body for people to look at: no secrets, no addresses, bounded, and storable in any database."""
    whole: dict[str, Any] = _bounded(body, 0)
    if len(json.dumps(whole, ensure_ascii=False).encode()) <= KEPT_BYTES:
        return whole
    short = {name: _short(value) for name, value in whole.items() if not _nested(value)}
    # What processing reads from it.
    head = _short(child(child(whole, "pull_request"), "head").get("sha"))
    return dict([*short.items()][:KEPT_ITEMS]) | {"pull_request": {"head": {"sha": head}}}


def _nested(value: Any) -> bool:
    return isinstance(value, list | dict)


def _short(value: Any) -> Any:
    return value[:200] if isinstance(value, str) else value


def _bounded(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        text = storable(value)
        return text if len(text) <= KEPT_TEXT else f"{text[:KEPT_TEXT]}…"
    if isinstance(value, Mapping | list) and depth >= KEPT_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        wanted = [(name, item) for name, item in value.items() if name not in NOT_KEPT]
        return {
            storable(name)[:200]: _bounded(item, depth + 1)
            for name, item in wanted[: 4 * KEPT_ITEMS]
        }
    if isinstance(value, list):
        return [_bounded(item, depth + 1) for item in value[:KEPT_ITEMS]]
    return _finite(value)


def _finite(value: Any) -> Any:
    """Numbers as columns of JSON hold them; what lies beyond becomes text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and abs(value) > LARGEST_ID:
        return f"{value:.3e}" if abs(value) < 10**300 else "…"
    return value


def storable(text: str) -> str:
    """Databases refuse NUL and lone surrogates, both of which JSON can carry."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


# ── reading what nobody vouches for ───────────────────────────────────────────────────────────
def child(data: Json, name: str) -> Json:
    """A nested object; empty when it is absent, null or something else."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def text_of(data: Json, name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
