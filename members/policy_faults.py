"""Rules that read well and can never be met: found before they are adopted."""

from django.utils.translation import gettext as _

from .policy import MAINTAINER, ROLES, SELF, Rules


def faults_of(rules: Rules, role: str) -> dict[str, str]:
    """What contradicts itself in the rules for a role: a sentence by key of Rules.

    A figure's key is "evidence_" and its name.
    """
    return {**_standing(rules, role), **_nomination(rules), **_vote(rules), **_office(rules)}


def _standing(rules: Rules, role: str) -> dict[str, str]:
    found = {}
    before = rules.prerequisite_role
    if before and ROLES.index(before) >= ROLES.index(role):
        found["prerequisite_role"] = _("须先担任的角色要低于这里的角色，否则没有人能满足。")
    if rules.prerequisite_months and not before:
        found["prerequisite_months"] = _("要求任职时间时，请先选择须先担任的角色。")
    if rules.evidence.get("active_months", 0) > rules.active_window_months:
        found["evidence_active_months"] = _("要求的月份多于统计的月份，没有人能满足。")
    return found


def _nomination(rules: Rules) -> dict[str, str]:
    found = {}
    if rules.nominators == (SELF,) and rules.nominators_needed > 1:
        found["nominators"] = _("只允许自荐时没有人能附议：请另选可以提名的角色，或只要求 1 人。")
    if rules.nominators_from_different_employers and rules.nominators_needed < 2:
        found["nominators_needed"] = _("要求来自不同单位时，至少须有 2 人。")
    return found


def _vote(rules: Rules) -> dict[str, str]:
    found = {}
    if MAINTAINER not in rules.electorate:
        for key in ("threshold_of", "removal_threshold_of"):
            if getattr(rules, key) == "maintainers":
                found[key] = _("Maintainer 没有表决权，不能以全体 Maintainer 为基数。")
    if not set(rules.objection_roles) <= set(rules.electorate):
        found["objection_roles"] = _("没有表决权的角色无法在表决中反对。")
    return found


def _office(rules: Rules) -> dict[str, str]:
    if rules.seats_max and rules.seats_min > rules.seats_max:
        return {"seats_max": _("席位上限不能低于下限。")}
    return {}
