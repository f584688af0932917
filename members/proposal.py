"""What a nomination must fulfil before it is written; figures are left to the voters' judgement."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from . import evidence, rules
from .models import Person, Promotion, Repository, RoleTerm
from .policy import COMMITTER, CONTRIBUTOR, ROLES, SELF
from .policy_json import rules_from_json
from .refusals import AlreadyOpen, BadProposal, NotAllowed, Unqualified
from .transitions import LEAVING, Kind
from .wording import role_label


def refuse_malformed(promotion: Promotion, scope: list[Repository]) -> None:
    if promotion.kind not in Kind.values:
        raise BadProposal("kind", _("没有这一种类的提名。"))
    leaves = promotion.kind in LEAVING
    if promotion.role not in ROLES or (promotion.role == CONTRIBUTOR and not leaves):
        raise BadProposal("role", _("请选择 Committer 或 Maintainer。"))
    if not promotion.reason:
        raise BadProposal("reason", _("请写明理由，表决人会据此判断。"))
    if any(repository.sig_id != promotion.sig_id for repository in scope):
        raise BadProposal("repositories", _("只能选择本 SIG 的仓库。"))
    if promotion.role == COMMITTER and not leaves and not scope:
        raise BadProposal("repositories", _("Committer 负责具体的仓库，请至少选择一个。"))
    if scope and (promotion.role != COMMITTER or leaves):
        raise BadProposal("repositories", _("只有晋升为 Committer 时才指定仓库。"))


def refuse_stranger(promotion: Promotion, by: Person, on: dt.date) -> None:
    if rules.may("nominate", by, promotion, rules.roles_of(by, promotion.sig, on)):
        return
    if promotion.kind == Kind.STEP_DOWN:
        raise NotAllowed(_("卸任只能由本人提出。"))
    if promotion.kind == Kind.REMOVE:
        raise NotAllowed(_("免去角色只能由其他 Maintainer 提出。"))
    if promotion.kind == Kind.EMERITUS:
        raise NotAllowed(_("转为荣誉成员只能由本人或其他 Maintainer 提出。"))
    raise NotAllowed(_nominators(promotion, by))


def _nominators(promotion: Promotion, by: Person) -> str:
    """Whom the rules let nominate, in a sentence."""
    nominators = rules_from_json(promotion.policy.rules).nominators
    if rules.is_subject(by, promotion):
        if SELF not in nominators:
            return _("按规则不能自荐，须由他人提名。")
        return _("自荐须先有本 SIG 仓库的贡献。")
    labels = _("、").join(role_label(role) for role in nominators if role != SELF)
    if not labels:
        return _("按规则只能自荐。")
    return _("按规则只有本 SIG 的 %(roles)s 可以提名他人。") % {"roles": labels}


def refuse_open_twin(promotion: Promotion, cause: Exception | None = None) -> None:
    twin = Promotion.objects.filter(
        sig=promotion.sig,
        person=promotion.person,
        role=promotion.role,
        state__in=Promotion.OPEN_STATES,
    ).first()
    if twin is not None:
        raise AlreadyOpen(twin) from cause


def refuse_unqualified(promotion: Promotion, shown: dict[str, Any], on: dt.date) -> None:
    """Figures are for the voters to judge; the role one comes from, or held before, is not."""
    held = rules.roles_of(promotion.person, promotion.sig, on)
    name, role = promotion.person.name, promotion.get_role_display()
    if promotion.kind in LEAVING:
        if promotion.role not in held:
            raise Unqualified(_("%(name)s 现在不是 %(role)s。") % {"name": name, "role": role})
        return
    if rules.rank(held) >= rules.rank(frozenset({promotion.role})):
        raise Unqualified(_("%(name)s 已经是 %(role)s 或更高角色。") % {"name": name, "role": role})
    if promotion.kind == Kind.REINSTATE:
        _refuse_newcomer(promotion, on)
        return
    came_from = ROLES[ROLES.index(promotion.role) - 1]
    if came_from not in evidence.read(shown).held_since:
        raise Unqualified(
            _("%(role)s 从 %(from)s 中产生，%(name)s 还不是。")
            % {"role": role, "from": RoleTerm.Role(came_from).label, "name": name}
        )


def _refuse_newcomer(promotion: Promotion, on: dt.date) -> None:
    former = RoleTerm.objects.filter(
        person=promotion.person, sig=promotion.sig, role=promotion.role, ended_on__lte=on
    )
    if not former.exists():
        raise Unqualified(
            _("恢复只适用于曾任 %(role)s 的人，%(name)s 没有担任过。")
            % {"role": promotion.get_role_display(), "name": promotion.person.name}
        )
