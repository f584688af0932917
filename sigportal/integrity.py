"""Tells the browser which bytes a script must have: one changed on its way, or in a cache, is not run."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage


def integrity_of(path: str) -> str:
    """`sha384-…` of a static file as it is served; "" for one that is not there (then nothing is served)."""
    file = _served(path)
    return _hash_of(str(file), file.stat().st_mtime_ns) if file and file.is_file() else ""


def _served(path: str) -> Path | None:
    """The collected file where names carry hashes (collecting may rewrite a script), else its source."""
    stored_name = getattr(staticfiles_storage, "stored_name", None)
    if stored_name is not None and not settings.DEBUG:
        try:
            return Path(staticfiles_storage.path(stored_name(path)))
        except ValueError:  # nothing was collected: development, where sources are served
            pass
    found = finders.find(path)
    return Path(found) if isinstance(found, str) else None


@lru_cache(maxsize=64)
def _hash_of(file: str, changed_ns: int) -> str:
    """`changed_ns` is there for development, where a file changes under its name."""
    digest = hashlib.sha384(Path(file).read_bytes()).digest()
    return f"sha384-{base64.b64encode(digest).decode('ascii')}"
