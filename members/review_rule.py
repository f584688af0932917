"""The review rule of a repository on any past day, and how a new one comes into force."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger import record

from .models import Person, Repository, ReviewRule, actor_of

# What the repository's own numbers are told to have held from, when the first change comes.
BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MOST_REQUIRED = 20
MOST_LABELS = 50
FIELDS = ("lgtm_required", "approve_required", "required_labels", "blocking_labels")


class RuleRefused(Exception):
    """A rule that cannot be adopted; `field` names what is wrong, `sentence` says it."""

    def __init__(self, field: str, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.field, self.sentence = field, sentence


def rule_at(rules: Iterable[ReviewRule], at: dt.datetime) -> ReviewRule | None:
    """Of one repository's rules, in any order, the one in force at an instant (aware).

    None when none had come into force: the repository's own numbers hold then (`own_rule`).
    """
    begun = (rule for rule in rules if rule.valid_from <= at)
    return max(begun, key=lambda rule: rule.valid_from, default=None)


def own_rule(repository: Repository) -> ReviewRule:
    """The numbers that stand with the repository itself, as a rule; not stored."""
    values = {name: getattr(repository, name) for name in FIELDS}
    return ReviewRule(repository=repository, valid_from=BEGINNING, **values)


def rules_of(repositories: Iterable[Repository]) -> dict[int, list[ReviewRule]]:
    """Rules by repository id in order of time, empty where its own numbers always held; one query."""
    found: dict[int, list[ReviewRule]] = {repository.pk: [] for repository in repositories}
    for rule in ReviewRule.objects.filter(repository__in=found).order_by("valid_from"):
        found[rule.repository_id].append(rule)
    return found


@transaction.atomic
def adopt_rule(
    repository: Repository,
    *,
    lgtm_required: int,
    approve_required: int,
    required_labels: Sequence[str] = (),
    blocking_labels: Sequence[str] = (),
    by: Person | None,
    at: dt.datetime,
) -> ReviewRule | None:
    """From `at` (aware) on the repository asks this of a review; None when it already does.

    Past verdicts stay: the first change also writes down what held from the beginning. The public
    record gets `repository.rule_changed`. Raises RuleRefused before any write.
    """
    locked = Repository.objects.select_for_update().select_related("sig").get(pk=repository.pk)
    rules = list(ReviewRule.objects.filter(repository=locked))
    before = rule_at(rules, at) or own_rule(locked)
    rule = ReviewRule(
        repository=locked,
        valid_from=at,
        lgtm_required=lgtm_required,
        approve_required=approve_required,
        required_labels=_labels(required_labels),
        blocking_labels=_labels(blocking_labels),
    )
    _refuse(rule, rules)
    if _values(rule) == _values(before):
        return None
    if not rules:
        before.save()
    rule.save()
    Repository.objects.filter(pk=locked.pk).update(**_values(rule))
    for name, value in _values(rule).items():
        setattr(repository, name, value)
    _record(rule, before, by=by, at=at)
    return rule


def _labels(labels: Iterable[str]) -> list[str]:
    """Each once, without blanks around."""
    return list(dict.fromkeys(label.strip() for label in labels if label.strip()))


def _values(rule: ReviewRule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in FIELDS}


def _refuse(rule: ReviewRule, rules: Sequence[ReviewRule]) -> None:
    for field in ("lgtm_required", "approve_required"):
        if not 0 <= getattr(rule, field) <= MOST_REQUIRED:
            raise RuleRefused(field, _("请填写 0 到 20 之间的数。"))
    for field in ("required_labels", "blocking_labels"):
        labels = getattr(rule, field)
        if len(labels) > MOST_LABELS or any(len(label) > 200 for label in labels):
            raise RuleRefused(field, _("标签太多，或有标签过长。"))
    blocking = {label.lower() for label in rule.blocking_labels}
    if any(label.lower() in blocking for label in rule.required_labels):
        raise RuleRefused("blocking_labels", _("同一标签不能既必须有又不得有。"))
    if any(one.valid_from >= rule.valid_from for one in rules):
        raise RuleRefused("valid_from", _("已有同时或更晚生效的规则。"))


def _record(rule: ReviewRule, before: ReviewRule, *, by: Person | None, at: dt.datetime) -> None:
    repository = rule.repository
    record.append(
        actor=actor_of(by),
        action="repository.rule_changed",
        subject=f"repository:{repository}",
        data={
            "sig": repository.sig.slug,
            "repository": str(repository),
            "before": _values(before),
            **_values(rule),
        },
        at=at,
    )
