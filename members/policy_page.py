"""What the pages of rules show, put into words; a constant number of queries."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, prefetch_related_objects
from django.utils.translation import gettext as _

from .adoption import policy_in_force
from .models import Person, Policy, Promotion, Sig
from .policy import Check, Rules, Verdict
from .policy_json import rules_from_json
from .policy_words import Change, Section, changes, figure_label, preset_label, sections
from .presets import NOTES, Note
from .qualifying import Compared, Comparison
from .wording import role_label


@dataclass(frozen=True)
class Row:
    """One version of the rules for a role. `state`: in_force, coming, past; `kind` is its badge."""

    policy: Policy
    preset: str
    note: Note | None
    sections: Sequence[Section]
    state: str
    kind: str
    changes: Sequence[Change] = ()
    promotions: int = 0


@dataclass(frozen=True)
class RolePage:
    """The rules of one role today, and the versions that will follow."""

    role: str
    label: str
    row: Row
    coming: Sequence[Policy]

    @property
    def has_versions(self) -> bool:
        return self.row.policy.pk is not None or bool(self.coming)


def roles_page(sig: Sig, roles: Iterable[str], on: dt.date) -> list[RolePage]:
    """The rules in force on a day for each role, and what is to follow; two queries a role and two."""
    policies = {role: policy_in_force(sig, role, on) for role in roles}
    prefetch_related_objects(list(policies.values()), "adopted_by__accounts")
    return [
        RolePage(role, role_label(role), _row(policy, None, policy, on), coming_of(sig, role, on))
        for role, policy in policies.items()
    ]


def coming_of(sig: Sig, role: str, on: dt.date) -> list[Policy]:
    """Versions adopted and not yet in force, in the order they will be."""
    later = Policy.objects.filter(sig=sig, role=role, effective_from__gt=on)
    return list(later.order_by("effective_from", "version"))


def policy_row(policy: Policy, in_force: Policy, on: dt.date) -> Row:
    """One version with its difference from the one before; a query where there is one."""
    before = Policy.objects.filter(
        sig=policy.sig_id, role=policy.role, version=policy.version - 1
    ).first()
    return _row(policy, before, in_force, on)


def history_of(policies: Sequence[Policy], in_force: Policy, on: dt.date) -> list[Row]:
    """Versions of one role, newest first; three queries for any number of them."""
    if not policies:
        return []
    oldest = policies[-1]
    before = Policy.objects.filter(
        sig=oldest.sig_id, role=oldest.role, version=oldest.version - 1
    ).first()
    counted = Promotion.objects.filter(policy__in=policies).order_by().values_list("policy")
    promotions = dict(counted.annotate(Count("pk")))
    pairs = zip(policies, [*policies[1:], before], strict=True)
    return [
        _row(policy, older, in_force, on, promotions.get(policy.pk, 0)) for policy, older in pairs
    ]


def _row(
    policy: Policy, before: Policy | None, in_force: Policy, on: dt.date, promotions: int = 0
) -> Row:
    rules = rules_from_json(policy.rules)
    state, kind = _("曾适用"), "neutral"
    if policy == in_force or policy.pk is None:
        state, kind = _("现行"), "good"
    elif policy.effective_from > on:
        state, kind = _("待生效"), "waiting"
    return Row(
        policy=policy,
        preset=preset_label(policy.preset),
        note=NOTES.get(policy.preset),
        sections=sections(rules),
        state=state,
        kind=kind,
        changes=changes(rules_from_json(before.rules), rules) if before else (),
        promotions=promotions,
    )


def preset_choices(chosen: str) -> list[tuple[str, Note, bool]]:
    return [(name, note, name == chosen) for name, note in NOTES.items()]


# ── trying rules out ──────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Shown:
    """A candidate as the table prints them: how the draft changes it, the figures, what is missing."""

    person: Person
    state: str
    kind: str
    figures: Sequence[tuple[str, str, bool]]
    missing: str


@dataclass(frozen=True)
class Preview:
    comparison: Comparison
    rows: Sequence[Shown]
    nearest: Sequence[Shown]
    gains: int
    loses: int
    changes: Sequence[Change] = field(default=())
    is_draft: bool = False


def preview_of(
    comparison: Comparison, before: Rules | None = None, draft: Rules | None = None
) -> Preview:
    """A comparison in words; with both sets of rules also how they differ."""
    both = before is not None and draft is not None
    return Preview(
        comparison=comparison,
        rows=[_shown(row) for row in comparison.rows],
        nearest=[_shown(row) for row in comparison.nearest],
        gains=comparison.gains,
        loses=comparison.loses,
        changes=changes(before, draft) if before is not None and draft is not None else (),
        is_draft=both,
    )


def _shown(row: Compared) -> Shown:
    state, kind = _("不符合"), "neutral"
    if row.gains:
        state, kind = _("将新符合"), "good"
    elif row.loses:
        state, kind = _("将不再符合"), "blocked"
    elif row.draft.qualifies:
        state, kind = _("符合"), "good"
    return Shown(row.person, state, kind, _figures(row.draft), _missing(row.draft))


def _figures(verdict: Verdict) -> list[tuple[str, str, bool]]:
    """Label, "figure/needed" and whether it is met, in the order of the rules."""
    checks = sorted(
        (*verdict.met, *verdict.unmet), key=lambda check: check.name != "months_in_role"
    )
    return [
        (_label(check), f"{max(check.figure, 0)}/{check.needed}", check.is_met) for check in checks
    ]


def _missing(verdict: Verdict) -> str:
    lines = [
        _("%(label)s还差 %(count)d") % {"label": _label(check), "count": check.missing}
        if check.figure >= 0
        else _("还不是 %(role)s") % {"role": role_label(check.role)}
        for check in verdict.unmet
    ]
    return _("；").join(lines)


def _label(check: Check) -> str:
    if check.name == "months_in_role":
        return _("担任 %(role)s 的月数") % {"role": role_label(check.role)}
    return figure_label(check.name)
