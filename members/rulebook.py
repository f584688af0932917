"""The rules of every role of a SIG on a day, read at once: for pages that show all roles."""

import datetime as dt

from .models import Policy, Sig
from .policy import Rules
from .policy_json import rules_from_json
from .presets import DEFAULT_PRESET, PRESETS


def rules_on(sig: Sig, on: dt.date) -> dict[str, Rules]:
    """Rules by role, as members.adoption.policy_in_force finds them one by one; one query.

    Roles that no rules govern (a Contributor of the default preset) are missing.
    """
    policies = Policy.objects.filter(sig=sig, effective_from__lte=on)
    found = dict(PRESETS[DEFAULT_PRESET])
    rows = policies.order_by("effective_from", "version").values_list("role", "rules")
    return found | {role: rules_from_json(rules) for role, rules in dict(rows).items()}
