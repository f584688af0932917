"""Merged without the review rule being met: which pull requests, and what each lacked."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext

from members.models import Repository, ReviewRule
from members.review_rule import own_rule, rule_at, rules_of

from .models import PullRequest
from .models.mirror import UNSHOWN
from .pulse import Scope

CHUNK = 500


@dataclass(frozen=True)
class Unmet:
    """One exception; `lacks` says in words what was missing by the rule of the merge's moment."""

    pull: PullRequest
    lacks: Sequence[str]


def merged(scope: Scope, verdict: str) -> QuerySet[PullRequest]:
    """Pull requests merged in the scope's period with this verdict, by the index of exceptions."""
    return PullRequest.objects.filter(
        repository__in=scope.repository_ids,
        state=PullRequest.State.MERGED,
        verdict=verdict,
        merged_at__gte=scope.since,
    )


def exceptions_in(scope: Scope) -> QuerySet[PullRequest]:
    """With all that a page, feed or file prints of them."""
    return (
        merged(scope, PullRequest.Verdict.UNMET)
        .select_related("repository__sig", "author__person", "merged_by__person")
        .prefetch_related("author__person__accounts", "merged_by__person__accounts")
        .defer(*UNSHOWN)
    )


def unknown_count(scope: Scope) -> int:
    """Merged ones of which too little is known to say."""
    return merged(scope, PullRequest.Verdict.UNKNOWN).count()


def unmet_of(pulls: Sequence[PullRequest], repositories: Iterable[Repository]) -> list[Unmet]:
    """The pull requests with what they lacked; one query for the rules of these repositories."""
    homes = {repository.pk: repository for repository in repositories}
    rules = rules_of(homes.values())
    return [
        Unmet(pull, lacks(pull, _rule(homes[pull.repository_id], rules, pull))) for pull in pulls
    ]


def _rule(
    repository: Repository, rules: dict[int, list[ReviewRule]], pull: PullRequest
) -> ReviewRule:
    at = pull.merged_at or pull.updated_at
    return rule_at(rules[repository.pk], at) or own_rule(repository)


def lacks(pull: PullRequest, rule: ReviewRule) -> list[str]:
    """What was missing, in words of the page's language; labels are compared without case."""
    has = {str(label).lower() for label in pull.labels}
    return [
        *_too_few(rule.lgtm_required - pull.lgtm_count, "lgtm"),
        *_too_few(rule.approve_required - pull.approve_count, "approve"),
        *(
            gettext("缺标签 %(label)s") % {"label": label}
            for label in rule.required_labels
            if label.lower() not in has
        ),
        *(
            gettext("带有标签 %(label)s") % {"label": label}
            for label in rule.blocking_labels
            if label.lower() in has
        ),
    ]


def _too_few(missing: int, word: str) -> Iterator[str]:
    if missing > 0:
        template = ngettext("缺 %(count)d 个 %(word)s", "缺 %(count)d 个 %(word)s", missing)
        yield template % {"count": missing, "word": word}


# ── as a table ────────────────────────────────────────────────────────────────────────────────
COLUMNS = (
    "repository",
    "number",
    "title",
    "author",
    "merged_at",
    "merged_by",
    "lgtm",
    "approve",
    "lacks",
    "url",
)


def table(scope: Scope, repositories: Sequence[Repository]) -> Iterator[tuple[Any, ...]]:
    """Every exception of the scope, the latest first, read in chunks."""
    chunk: list[PullRequest] = []
    for pull in exceptions_in(scope).order_by("-merged_at", "-pk").iterator(chunk_size=CHUNK):
        chunk.append(pull)
        if len(chunk) == CHUNK:
            yield from map(_cells, unmet_of(chunk, repositories))
            chunk = []
    yield from map(_cells, unmet_of(chunk, repositories))


def _cells(row: Unmet) -> tuple[Any, ...]:
    pull = row.pull
    return (
        pull.repository.path,
        pull.number,
        pull.title,
        pull.author_login,
        _iso(pull.merged_at),
        pull.merged_by_login,
        pull.lgtm_count,
        pull.approve_count,
        gettext("；").join(row.lacks),
        settings.SITE_URL + pull.get_absolute_url(),
    )


def _iso(at: dt.datetime | None) -> str:
    return at.isoformat() if at else ""
