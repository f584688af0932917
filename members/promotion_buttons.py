"""The buttons of a promotion's page: the steps its reader may take now, each saying what it will do."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import wording, working_days
from .models import Person, Promotion
from .policy import Rules, Tally
from .refusals import moment_text
from .rules import Roles, can

State = Promotion.State
ORDER = ("accept", "open", "close", "effect", "decline", "withdraw")


@dataclass(frozen=True)
class Button:
    """A step the reader may take now, and what it will do."""

    action: str
    label: str
    effect: str
    is_danger: bool
    asks_day: bool


def buttons_of(
    promotion: Promotion,
    viewer: Person | None,
    roles: Roles,
    rules: Rules,
    tally: Tally | None,
    is_over: bool,
    now: dt.datetime,
) -> list[Button]:
    allowed = [action for action in ORDER if can(action, viewer, promotion, roles)]
    if tally is not None and not is_over and tally.decided is None and "close" in allowed:
        allowed.remove("close")
    if is_over and "withdraw" in allowed and promotion.state == State.VOTING:
        allowed.remove("withdraw")
    return [
        Button(
            action=action,
            label=str(wording.ACTION_WORDS[action].button),
            effect=_effect_of(action, promotion, rules, tally, now),
            is_danger=action in ("decline", "withdraw"),
            asks_day=action == "effect",
        )
        for action in allowed
    ]


def _effect_of(
    action: str, promotion: Promotion, rules: Rules, tally: Tally | None, now: dt.datetime
) -> str:
    """What a click will do, in one sentence."""
    if action == "open":
        closes = working_days.end_of_nth(
            now, rules.vote_working_days, working_days.china(), promotion.sig.zone
        )
        return ngettext(
            "表决从现在起持续 %(count)d 个工作日，到 %(at)s 截止。",
            "表决从现在起持续 %(count)d 个工作日，到 %(at)s 截止。",
            rules.vote_working_days,
        ) % {"count": rules.vote_working_days, "at": moment_text(closes, promotion.sig)}
    if action == "close" and tally is not None:
        return _("现在计票，结果是“%(outcome)s”。") % {"outcome": State(tally.outcome).label}
    if action == "effect":
        return _effect_of_effect(promotion)
    return {
        "accept": _("您同意作为候选人，接下来由 Maintainer 开启表决。"),
        "decline": _("这份提名就此结束。"),
        "withdraw": _("这份提名就此结束，已有的选票仍保留在记录里。"),
    }[action]


def _effect_of_effect(promotion: Promotion) -> str:
    values = {"name": promotion.person.name, "role": promotion.get_role_display()}
    if promotion.kind == Promotion.Kind.PROMOTE:
        return _("%(name)s 自这一天起担任 %(role)s，较低角色的任期同日结束。") % values
    return _("%(name)s 的 %(role)s 任期在这一天结束。") % values
