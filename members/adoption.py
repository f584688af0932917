"""Which rules a SIG decides under: the newest version in force, or a preset adopted on first need."""

import datetime as dt

from django.db import transaction

from ledger import record

from .models import Person, Policy, Sig, actor_of
from .policy_json import rules_to_json
from .presets import DEFAULT_PRESET, PRESETS


def policy_in_force(sig: Sig, role: str, on: dt.date) -> Policy:
    """The SIG's rules for a role on a day; an unsaved row of the default preset when it has none."""
    policies = Policy.objects.filter(sig=sig, role=role, effective_from__lte=on)
    return policies.order_by("-effective_from", "-version").first() or _of_preset(sig, role, on)


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
    """Make a preset the SIG's next version of the rules for a role. Raises KeyError on an unknown one."""
    rules = rules_to_json(PRESETS[preset][role])
    # Writers of one SIG's rules stand in line, so that two first needs make one version.
    Sig.objects.select_for_update().get(pk=sig.pk)
    newest = Policy.objects.filter(sig=sig, role=role).order_by("-version").first()
    if newest is not None and newest.rules == rules and newest.effective_from <= on:
        return newest
    policy = Policy.objects.create(
        sig=sig,
        role=role,
        preset=preset,
        rules=rules,
        effective_from=on,
        version=newest.version + 1 if newest else 1,
    )
    record.append(
        actor=actor_of(by),
        action="policy.adopted",
        subject=f"sig:{sig.slug}",
        data={
            "role": role,
            "version": policy.version,
            "preset": preset,
            "from": on.isoformat(),
            "rules": rules,
        },
        at=at,
    )
    return policy


def _of_preset(sig: Sig, role: str, on: dt.date) -> Policy:
    rules = rules_to_json(PRESETS[DEFAULT_PRESET][role])
    return Policy(sig=sig, role=role, preset=DEFAULT_PRESET, rules=rules, effective_from=on)
