"""Which rules a SIG decides under: the newest version in force, or a preset adopted on first need."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from ledger import record

from .models import Person, Policy, Sig, actor_of
from .policy import Rules
from .policy_faults import faults_of
from .policy_json import rules_from_json, rules_to_json
from .presets import DEFAULT_PRESET, OWN, PRESETS

NOTE_LENGTH = 2_000
# A day further ahead is a slip of the keyboard.
FARTHEST = dt.timedelta(days=366)


class PolicyRefused(Exception):
    """Rules that cannot be adopted; `field` names what is wrong, `str()` says it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class StalePolicy(Exception):
    """Somebody adopted another version after the page was opened; `newest` is its number."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"version {newest} was adopted meanwhile")
        self.newest = newest


def policy_in_force(sig: Sig, role: str, on: dt.date) -> Policy:
    """The SIG's rules for a role on a day; an unsaved row of the default preset when it has none.

    The one that came into force last holds; of several from one day, the newest.
    """
    policies = Policy.objects.filter(sig=sig, role=role, effective_from__lte=on)
    return policies.order_by("-effective_from", "-version").first() or _of_preset(sig, role, on)


def newest_version(sig: Sig, role: str) -> int:
    """Number of the version adopted last, in force or not; 0 without any."""
    versions = Policy.objects.filter(sig=sig, role=role).order_by("-version")
    return versions.values_list("version", flat=True).first() or 0


def stored_policy(
    *, sig: Sig, role: str, on: dt.date, by: Person | None, at: dt.datetime
) -> Policy:
    """The same, stored: a decision must be able to point at its rules."""
    policy = policy_in_force(sig, role, on)
    if policy.pk is None:
        policy = adopt_preset(sig=sig, role=role, preset=policy.preset, on=on, by=by, at=at)
    return policy


@transaction.atomic
def adopt_preset(
    *, sig: Sig, role: str, preset: str, on: dt.date, by: Person | None, at: dt.datetime
) -> Policy:
    """Make a preset the SIG's rules for a role from a day. Raises KeyError on an unknown one."""
    rules = PRESETS[preset][role]
    _stand_in_line(sig)
    before = policy_in_force(sig, role, on)
    if before.pk is not None and rules_from_json(before.rules) == rules:
        return before
    return _write(sig=sig, role=role, rules=rules, on=on, note="", by=by, at=at, preset=preset)


@transaction.atomic
def adopt(
    *,
    sig: Sig,
    role: str,
    rules: Rules,
    on: dt.date,
    note: str,
    seen: int,
    by: Person,
    at: dt.datetime,
) -> Policy | None:
    """A Maintainer's new version of the rules for a role, from a day of the SIG's calendar on.

    `seen` is the newest version the person knew. None, and nothing written, where these rules hold
    on that day already. Decisions under way keep their version. Raises StalePolicy, PolicyRefused
    and members.policy_json.PolicyError before any write.
    """
    rules = rules_from_json(rules_to_json(rules))
    _stand_in_line(sig)
    newest = newest_version(sig, role)
    if newest != seen:
        raise StalePolicy(newest)
    _refuse_day_and_note(sig, on, note, at)
    for field, sentence in faults_of(rules, role).items():
        raise PolicyRefused(field, sentence)
    before = policy_in_force(sig, role, on)
    if before.pk is not None and rules_from_json(before.rules) == rules:
        return None
    return _write(sig=sig, role=role, rules=rules, on=on, note=note.strip(), by=by, at=at)


def preset_of(rules: Rules, role: str) -> str:
    """Name of the preset these rules are, OWN when they are none."""
    names = (name for name, presets in PRESETS.items() if presets[role] == rules)
    return next(names, OWN)


def _stand_in_line(sig: Sig) -> None:
    """Writers of one SIG's rules wait for each other, so that two first needs make one version."""
    Sig.objects.select_for_update().get(pk=sig.pk)


def _refuse_day_and_note(sig: Sig, on: dt.date, note: str, at: dt.datetime) -> None:
    today = sig.day_of(at)
    if not today <= on <= today + FARTHEST:
        raise PolicyRefused(
            "effective_from",
            _("生效日期须在 %(earliest)s 与 %(latest)s 之间。")
            % {"earliest": today.isoformat(), "latest": (today + FARTHEST).isoformat()},
        )
    if not note.strip() or len(note.strip()) > NOTE_LENGTH:
        raise PolicyRefused("note", _("请写明为什么修改，最多 2000 字。"))


def _write(
    *,
    sig: Sig,
    role: str,
    rules: Rules,
    on: dt.date,
    note: str,
    by: Person | None,
    at: dt.datetime,
    preset: str = "",
) -> Policy:
    policy = Policy.objects.create(
        sig=sig,
        role=role,
        preset=preset or preset_of(rules, role),
        rules=rules_to_json(rules),
        effective_from=on,
        version=newest_version(sig, role) + 1,
        note=note,
        adopted_by=by,
        adopted_at=at,
    )
    record.append(
        actor=actor_of(by),
        action="policy.adopted",
        subject=f"sig:{sig.slug}",
        data={
            "role": role,
            "version": policy.version,
            "preset": policy.preset,
            "from": on.isoformat(),
            "note": note,
            "rules": policy.rules,
        },
        at=at,
    )
    return policy


def _of_preset(sig: Sig, role: str, on: dt.date) -> Policy:
    rules = rules_to_json(PRESETS[DEFAULT_PRESET][role])
    return Policy(
        sig=sig, role=role, preset=DEFAULT_PRESET, rules=rules, effective_from=on, version=0
    )
