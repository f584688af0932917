"""The archive's files: their names, spelling and manifest; the same for writing and reading."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST = "manifest.json"
LEDGER = "ledger.jsonl"
# Rows a file: by the row's number, so that a new row changes the last file only.
BLOCK = 5000
OURS = frozenset({MANIFEST, LEDGER, "rows", "minutes"})


class NotAnArchive(ValueError):
    """The message names the file, and where it is one line's fault the line."""


def rows_path(table: str, number: int) -> str:
    return f"rows/{table}/{number // BLOCK:06}.jsonl"


def minutes_path(meeting: int, number: int) -> str:
    return f"minutes/{meeting:06}-{number:03}.md"


def line_of(row: dict[str, Any]) -> bytes:
    """One object, keys sorted, text unescaped; instants in UTC."""
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_text)
    return text.encode() + b"\n"


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no spelling in the archive")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_archive(folder: Path) -> bool:
    """Only our own files, with a manifest among them."""
    names = {entry.name for entry in folder.iterdir()}
    return MANIFEST in names and names <= OURS
