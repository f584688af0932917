"""Addresses and queries of the API, escaped so that no name climbs to another endpoint."""

from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlsplit

API_PATH = "/api/v5"
GITEE_ZONE = timezone(timedelta(hours=8))
Query = dict[str, str | int]


def checked_base(base_url: str) -> str:
    """The host's address without a slash or the API's path at its end. Raises ValueError."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"not the address of a code host: {base_url!r}")
    return base_url.rstrip("/").removesuffix(API_PATH)


def repo(owner: str, name: str) -> str:
    return f"/repos/{segment(owner)}/{segment(name)}"


def path(text: str) -> str:
    return "/".join(segment(part) for part in text.split("/"))


def segment(text: str) -> str:
    """One part of an address. Dots alone would climb to another endpoint."""
    if text in ("", ".", ".."):
        raise ValueError(f"not a name: {text!r}")
    return quote(text, safe="")


def query(
    sort: str,
    direction: str,
    since: datetime | None,
    page: int,
    per_page: int,
    **more: str,
) -> Query:
    """The question for one page; `since` (aware) in whole seconds and the host's zone."""
    asked: Query = {**more, "sort": sort, "direction": direction}
    if since is not None:
        if since.tzinfo is None:
            raise ValueError("since must carry a time zone")
        asked["since"] = since.astimezone(GITEE_ZONE).isoformat(timespec="seconds")
    return {**asked, "page": page, "per_page": per_page}
