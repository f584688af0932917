"""What every step of a promotion shares: the row's lock, the right to the step, the entry in the ledger."""

import datetime as dt
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from ledger import record
from ledger.canonical import canonical, moment

from . import rules
from .models import Person, Promotion, actor_of
from .policy import SELF
from .policy_json import rules_from_json
from .refusals import NotAllowed, WrongKind, WrongState
from .transitions import TRANSITIONS, State
from .wording import role_label

# What the hash of a row covers: all that was decided. Not the people, for their rows may be merged
# into others; the entry names them by number beside it.
CONTENT = (
    "kind",
    "role",
    "duty",
    "reason",
    "state",
    "policy_id",
    "evidence",
    "nominated_at",
    "answer_due_at",
    "accepted_at",
    "voting_opens_at",
    "voting_closes_at",
    "decided_at",
    "effective_on",
    "on_leave",
    "ratified_in",
    "outcome",
)


def locked(promotion_id: int) -> Promotion:
    promotions = Promotion.objects.select_related("sig", "person", "policy", "nominated_by")
    return promotions.select_for_update(of=("self",)).get(pk=promotion_id)


def claim(promotion_id: int, action: str, by: Person | None, at: dt.datetime) -> Promotion:
    """The locked row, once it is certain that `by` may take the step and the state allows it."""
    promotion = locked(promotion_id)
    refuse_unless_may(action, promotion, by, at)
    refuse_wrong_state(promotion, action)
    return promotion


def refuse_unless_may(
    action: str, promotion: Promotion, by: Person | None, at: dt.datetime
) -> None:
    """`by` None is the portal: its steps are refused where they are not due, not here."""
    if by is None:
        return
    roles = rules.roles_of(by, promotion.sig, promotion.sig.day_of(at))
    if not rules.may(action, by, promotion, roles):
        raise NotAllowed(_who_may(action, promotion))


def _who_may(action: str, promotion: Promotion) -> str:
    if action == "endorse":
        who = rules_from_json(promotion.policy.rules).nominators
        labels = _("、").join(role_label(role) for role in who if role != SELF)
        return _("按规则只有本 SIG 的 %(roles)s 可以附议，提名人与候选人除外。") % {"roles": labels}
    if action == "say" and rules_from_json(promotion.policy.rules).discussion == "sealed":
        return _("按规则讨论不公开：只有有表决权的成员和提名人可以参加，候选人回避。")
    return {
        "accept": _("只有候选人本人可以接受或谢绝提名。"),
        "decline": _("只有候选人本人可以接受或谢绝提名。"),
        "withdraw": _("只有提名人或候选人可以撤回提名。"),
        "say": _("只有本 SIG 成员、提名人与候选人可以参加讨论。"),
        "open": _("只有候选人以外的 Maintainer 可以开启表决。"),
        "recuse": _("只有有表决权的成员可以回避；候选人本来就须回避。"),
        "rejoin": _("只有有表决权的成员可以收回回避。"),
        "close": _("只有候选人以外的 Maintainer 可以提前结束表决。"),
        "expire": _("提名到期由系统处理，不能手动操作。"),
        "effect": _("只有候选人以外的 Maintainer 可以宣布生效。"),
    }[action]


def refuse_wrong_state(promotion: Promotion, action: str) -> None:
    if promotion.state not in TRANSITIONS[action].sources:
        raise WrongState(promotion)
    if promotion.kind not in TRANSITIONS[action].kinds:
        raise WrongKind(promotion)


def enter(
    promotion: Promotion,
    state: State,
    event: str,
    by: Person | None,
    at: dt.datetime,
    data: dict[str, Any] | None = None,
) -> Promotion:
    promotion.state = state
    promotion.save()
    note(promotion, event, by, at, data or {})
    return promotion


def about(promotion: Promotion) -> dict[str, Any]:
    """What every ledger entry of a promotion says of it."""
    return {
        "sig": promotion.sig.slug,
        "person": promotion.person.actor,
        "name": promotion.person.name,
        "role": str(promotion.role),
    }


def note(
    promotion: Promotion, event: str, by: Person | None, at: dt.datetime, data: dict[str, Any]
) -> None:
    """The ledger entry of a step, with the hash of the row as the step leaves it."""
    row = {"row_sha256": digest(content_of(promotion))}
    record.append(
        actor=actor_of(by),
        action=f"promotion.{event}",
        subject=f"promotion:{promotion.pk}",
        data={**about(promotion), **row, **data},
        at=at,
    )


# ── what is hashed ────────────────────────────────────────────────────────────────────────────
def content_of(row: Any, names: tuple[str, ...] = CONTENT) -> dict[str, Any]:
    """A row's columns as JSON with one spelling: instants in UTC, days as ISO text."""
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    # A member of an enumeration is its text.
    return str(value) if isinstance(value, str) else value


def digest(content: Any) -> str:
    return sha256(canonical(content)).hexdigest()


def instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()
