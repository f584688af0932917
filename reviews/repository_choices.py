"""What a repository's owner chooses: what to mirror, how often, where it moved to, and the review rule.

Settings and rule are read and written together, so that a page that was open while somebody else
changed them is refused instead of overwriting silently.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger import record
from ledger.models import Entry
from members.models import Person, Repository, ReviewRule, actor_of
from members.review_rule import adopt_rule, own_rule, rule_at, rules_of

from .models import RepositorySync

SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 60, 7 * 86400
SETTINGS_CHANGED, RULE_CHANGED = "repository.settings_changed", "repository.rule_changed"
CHANGES_SHOWN = 10


@dataclass(frozen=True)
class Settings:
    """What is mirrored and how often (seconds; None: as the portal does by itself).

    `moved_to` is the repository, of the same SIG, that goes on where this one ended.
    """

    reads_issues: bool
    reads_comments: bool
    details: str
    interval_s: int | None
    moved_to: int | None


@dataclass(frozen=True)
class Rule:
    """What is asked of a review from now on."""

    lgtm_required: int
    approve_required: int
    required_labels: tuple[str, ...] = ()
    blocking_labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    settings: Settings
    rule: Rule

    @property
    def revision(self) -> str:
        """Differs when any choice does."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Preset:
    name: str | Promise
    rule: Rule


# POLICIES: two lgtm and one approve, one lgtm for documentation; the labels of MindSpore's robots.
PRESETS: Mapping[str, Preset] = {
    "mindspore": Preset(
        "MindSpore",
        Rule(
            2,
            1,
            ("mindspore-cla/yes", "ci-pipeline-passed"),
            ("do-not-merge", "ci-pipeline-failed", "ci-pipeline-running"),
        ),
    ),
    "docs": Preset(_("文档仓库"), Rule(1, 1, ("mindspore-cla/yes",), ("do-not-merge",))),
}


class ChoiceRefused(Exception):
    """`field` names the choice that cannot stand; raised before any write."""

    def __init__(self, field: str, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.field, self.sentence = field, sentence


class Stale(Exception):
    """Somebody changed the choices after the page was opened; `current` is how they stand now."""

    def __init__(self, current: Choices) -> None:
        super().__init__("the choices changed meanwhile")
        self.current = current


def choices_of(repository: Repository, at: dt.datetime) -> Choices:
    """As they stand at an instant (aware); two queries. A repository never synced has the defaults."""
    row = RepositorySync.objects.filter(repository=repository).first() or RepositorySync()
    return _choices(repository, row, rules_of([repository])[repository.pk], at)


def _choices(
    repository: Repository, row: RepositorySync, rules: Sequence[ReviewRule], at: dt.datetime
) -> Choices:
    rule = rule_at(rules, at) or own_rule(repository)
    return Choices(
        Settings(
            reads_issues=row.reads_issues,
            reads_comments=row.reads_comments,
            details=row.details,
            interval_s=row.interval_s,
            moved_to=repository.moved_to_id,
        ),
        Rule(
            rule.lgtm_required,
            rule.approve_required,
            tuple(rule.required_labels),
            tuple(rule.blocking_labels),
        ),
    )


@transaction.atomic
def choose(
    repository: Repository, new: Choices, *, revision: str, by: Person, at: dt.datetime
) -> list[str]:
    """Write what differs; the actions recorded, none when nothing does.

    `revision` is that of the choices the person saw. Raises Stale, ChoiceRefused and
    members.review_rule.RuleRefused before any write.
    """
    RepositorySync.objects.get_or_create(repository=repository)
    locked = Repository.objects.select_for_update().select_related("sig").get(pk=repository.pk)
    row = RepositorySync.objects.select_for_update().get(repository=locked)
    old = _choices(locked, row, rules_of([locked])[locked.pk], at)
    if old.revision != revision:
        raise Stale(old)
    _refuse(locked, new.settings)
    done = []
    # The rule first: it may be refused, and nothing is written then.
    if new.rule != old.rule and adopt_rule(locked, **_rule_values(new.rule), by=by, at=at):
        done.append(RULE_CHANGED)
    if new.settings != old.settings:
        _write(locked, row, old.settings, new.settings, by=by, at=at)
        done.append(SETTINGS_CHANGED)
    return done


def _rule_values(rule: Rule) -> dict[str, Any]:
    return {field.name: getattr(rule, field.name) for field in fields(rule)}


def _write(
    repository: Repository,
    row: RepositorySync,
    old: Settings,
    new: Settings,
    *,
    by: Person,
    at: dt.datetime,
) -> None:
    for name in ("reads_issues", "reads_comments", "details", "interval_s"):
        setattr(row, name, getattr(new, name))
    row.save(update_fields=["reads_issues", "reads_comments", "details", "interval_s"])
    Repository.objects.filter(pk=repository.pk).update(moved_to=new.moved_to)
    before, after = _public(old), _public(new)
    changed = sorted(name for name in after if after[name] != before[name])
    record.append(
        actor=actor_of(by),
        action=SETTINGS_CHANGED,
        subject=f"repository:{repository}",
        data={
            "sig": repository.sig.slug,
            "repository": str(repository),
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        },
        at=at,
    )


def _public(settings: Settings) -> dict[str, Any]:
    """For the record: a repository by its name, for its number means nothing outside."""
    home = Repository.objects.filter(pk=settings.moved_to).first() if settings.moved_to else None
    return {**asdict(settings), "moved_to": str(home) if home else None}


# ── refusals ──────────────────────────────────────────────────────────────────────────────────
def _refuse(repository: Repository, new: Settings) -> None:
    interval = new.interval_s
    if interval is not None and not SHORTEST_INTERVAL_S <= interval <= LONGEST_INTERVAL_S:
        raise ChoiceRefused("interval_s", _("同步间隔须在 60 秒到 7 天（604800 秒）之间。"))
    if new.details not in RepositorySync.Details.values:
        raise ChoiceRefused("details", _("没有这个选项。"))
    homes = dict(Repository.objects.filter(sig=repository.sig_id).values_list("pk", "moved_to"))
    if new.moved_to is not None and new.moved_to not in homes:
        raise ChoiceRefused("moved_to", _("只能迁往本 SIG 的仓库。"))
    if _leads_back(repository.pk, new.moved_to, homes):
        raise ChoiceRefused("moved_to", _("这会绕回本仓库：所选的仓库已迁到这里。"))


def _leads_back(start: int, home: int | None, homes: Mapping[int, int | None]) -> bool:
    """Whether following the moves from `home` comes to `start`."""
    seen: set[int] = set()
    while home is not None and home not in seen:
        if home == start:
            return True
        seen.add(home)
        home = homes.get(home)
    return False


# ── history ───────────────────────────────────────────────────────────────────────────────────
def changes_of(repository: Repository, limit: int = CHANGES_SHOWN) -> list[Entry]:
    """Entries about this repository in the public record, the latest first."""
    entries = Entry.objects.filter(subject=f"repository:{repository}")
    return list(entries.order_by("-seq")[:limit])
