"""Which issues a pull request names, from its title and text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models.functions import Lower

from members.models import Repository

from .models import IssueLink, PullRequest

# Gitee: "I" and capitals with digits, "I4CE7W". Without a digit it may be a word ("#IMPORT"), and a bare
# number may be anything: both need a word such as "fixes" before them.
SURE = r"I(?=[0-9A-Z]*[0-9])[0-9A-Z]{3,9}"
ANY = r"I[0-9A-Z]{3,9}|[1-9][0-9]{0,9}"
PATH = r"[A-Za-z0-9_.\-]+/[A-Za-z0-9_.\-]+"
KEYWORD = (
    r"(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?|issues?|related?(?:[ ]to)?|refs?|see"
    r"|修复|解决|关闭|关联(?:问题)?|问题)"
)
MENTION = re.compile(rf"(?<![A-Za-z0-9_/&#])(?P<path>{PATH})?#(?P<number>{SURE})(?![A-Za-z0-9_-])")
AFTER_WORD = re.compile(
    rf"(?<![A-Za-z]){KEYWORD}[ \t]*[:：]?[ \t]*(?P<path>{PATH})?#(?P<number>{ANY})(?![A-Za-z0-9_-])",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    rf"https?://(?P<host>[A-Za-z0-9.\-]+(?::\d+)?)/(?P<path>{PATH})/issues/(?P<number>{ANY})(?![A-Za-z0-9_-])"
)
# A pull request that lists half the tracker is no link to any of it.
MOST_LINKS = 50


@dataclass(frozen=True, slots=True)
class Named:
    """An issue by number, and "owner/name" in lower case; "" is the repository itself."""

    number: str
    path: str = ""


def issues_named(text: str, *, web_host: str) -> tuple[Named, ...]:
    """Issues named in a text, each once, in order: `#I4CE7W`, `team/one#I4CE7W`, `fixes #12`, addresses.

    Full addresses count when they are of `web_host` ("gitee.com"); numbers are case-sensitive.
    """
    return tuple(dict.fromkeys(_matches(text, web_host)))[:MOST_LINKS]


def _matches(text: str, web_host: str) -> Iterator[Named]:
    if "#" not in text and "/issues/" not in text:
        return
    found = []
    for pattern in (MENTION, AFTER_WORD):
        for match in pattern.finditer(text):
            # The word before is in any case, the number is not.
            if match["number"] == match["number"].upper():
                found.append((match.start("number"), match))
    for match in ADDRESS.finditer(text):
        if match["host"].lower() == web_host.lower():
            found.append((match.start("number"), match))
    for _place, match in sorted(found, key=lambda pair: pair[0]):
        yield Named(match["number"], (match["path"] or "").lower())


# ── rows ──────────────────────────────────────────────────────────────────────────────────────
def write(repository: Repository, pulls: Sequence[PullRequest]) -> None:
    """Make the stored links of these pull requests say what their texts say; two queries when nothing did.

    Links into repositories the portal does not know are left out.
    """
    web_host = urlsplit(settings.CODE_HOSTS.get(repository.host, {}).get("url", "")).netloc
    named = {
        pull.pk: issues_named(f"{pull.title}\n{pull.body}", web_host=web_host) for pull in pulls
    }
    homes = _homes(repository, {one.path for listed in named.values() for one in listed})
    wanted = {
        (pull_id, one.number): homes[one.path]
        for pull_id, listed in named.items()
        for one in listed
        if one.path in homes
    }
    stored = {
        (row.pull_id, row.number): row for row in IssueLink.objects.filter(pull__in=list(named))
    }
    gone = [row.pk for key, row in stored.items() if wanted.get(key) != row.repository_id]
    if gone:
        IssueLink.objects.filter(pk__in=gone).delete()
    IssueLink.objects.bulk_create(
        [
            IssueLink(pull_id=pull_id, repository_id=repository_id, number=number)
            for (pull_id, number), repository_id in wanted.items()
            if (pull_id, number) not in stored
            or stored[pull_id, number].repository_id != repository_id
        ],
        ignore_conflicts=True,
    )


def _homes(repository: Repository, paths: Iterable[str]) -> dict[str, int]:
    """Keys of the repositories these paths name on the same host."""
    homes = {"": repository.pk, repository.path.lower(): repository.pk}
    others = [path for path in paths if path not in homes]
    if others:
        owners = {path.partition("/")[0] for path in others}
        rows = Repository.objects.annotate(key=Lower("owner")).filter(
            host=repository.host, key__in=owners
        )
        homes |= {row.path.lower(): row.pk for row in rows if row.path.lower() in others}
    return homes
