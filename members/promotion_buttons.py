"""The buttons of a promotion's page: the steps its reader may take now, each saying what it will do."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import holiday, wording, working_days
from .ballot_box import recused_from
from .effect import way_of
from .models import Person, Promotion
from .policy import Rules, Tally
from .refusals import moment_text
from .rules import Roles, can
from .transitions import GIVING, Kind
from .voting import nominators_of, opens_from

State = Promotion.State
ORDER = (
    "accept",
    "open",
    "close",
    "effect",
    "endorse",
    "rejoin",
    "recuse",
    "decline",
    "withdraw",
)


@dataclass(frozen=True)
class Button:
    """A step the reader may take now, and what it will do."""

    action: str
    label: str
    effect: str
    is_danger: bool


@dataclass
class _Reader:
    """What the buttons depend on; `now` by the database's clock."""

    promotion: Promotion
    viewer: Person | None
    roles: Roles
    rules: Rules
    tally: Tally | None
    is_over: bool
    now: dt.datetime

    @cached_property
    def is_recused(self) -> bool:
        return self.viewer is not None and self.viewer.pk in recused_from(self.promotion)


def buttons_of(
    promotion: Promotion,
    viewer: Person | None,
    roles: Roles,
    rules: Rules,
    tally: Tally | None,
    is_over: bool,
    now: dt.datetime,
) -> list[Button]:
    reader = _Reader(promotion, viewer, roles, rules, tally, is_over, now)
    return [
        Button(
            action=action,
            label=str(wording.ACTION_WORDS[action].button),
            effect=_effect_of(action, reader),
            is_danger=action in ("decline", "withdraw"),
        )
        for action in ORDER
        if can(action, viewer, promotion, roles) and WHEN.get(action, _always)(reader)
    ]


# ── beyond the table: when a step makes sense ─────────────────────────────────────────────────
def _always(reader: _Reader) -> bool:
    return True


def _in_time(reader: _Reader) -> bool:
    return not reader.is_over


def _is_answerable(reader: _Reader) -> bool:
    due = reader.promotion.answer_due_at
    return due is None or reader.now < due


def _may_open(reader: _Reader) -> bool:
    first = opens_from(reader.promotion)
    enough = all(check.is_met for check in nominators_of(reader.promotion))
    return _is_answerable(reader) and enough and (first is None or reader.now > first)


def _may_close(reader: _Reader) -> bool:
    return reader.is_over or (reader.tally is not None and reader.tally.may_close_early)


def _may_take_effect(reader: _Reader) -> bool:
    return way_of(reader.promotion) != "merged"


def _may_endorse(reader: _Reader) -> bool:
    """Where the rules ask for several names, and one's own is not under it yet."""
    if reader.rules.nominators_needed <= 1 or reader.viewer is None:
        return False
    return not any(row.person_id == reader.viewer.pk for row in reader.promotion.endorsements.all())


WHEN: dict[str, Callable[[_Reader], bool]] = {
    "accept": _is_answerable,
    "open": _may_open,
    "close": _may_close,
    "effect": _may_take_effect,
    "endorse": _may_endorse,
    "rejoin": lambda reader: _in_time(reader) and reader.is_recused,
    "recuse": lambda reader: _in_time(reader) and not reader.is_recused,
    "withdraw": _in_time,
}


# ── what a click will do, in one sentence ─────────────────────────────────────────────────────
def _effect_of(action: str, reader: _Reader) -> str:
    if action == "open":
        return _effect_of_open(reader)
    if action == "close" and reader.tally is not None:
        outcome = State(reader.tally.outcome).label
        return _("现在计票，结果是“%(outcome)s”。") % {"outcome": outcome}
    if action == "effect":
        return _effect_of_effect(reader.promotion)
    return {
        "accept": _("您同意作为候选人，接下来由 Maintainer 开启表决。"),
        "close": _("现在计票。"),
        "endorse": _("您的姓名与所属单位会公开列在提名人之后。"),
        "recuse": _("您不计入这次表决的总人数；已投的票留在记录里，不再计票。截止前可以收回。"),
        "rejoin": _("您重新计入这次表决的总人数；回避前投的票恢复计票。"),
        "decline": _("这份提名就此结束。"),
        "withdraw": _("这份提名就此结束，已有的选票仍保留在记录里。"),
    }[action]


def _effect_of_open(reader: _Reader) -> str:
    days, sig = reader.rules.vote_working_days, reader.promotion.sig
    closes = working_days.end_of_nth(reader.now, days, holiday.china(), sig.zone)
    return ngettext(
        "表决从现在起持续 %(count)d 个工作日，到 %(at)s 截止。",
        "表决从现在起持续 %(count)d 个工作日，到 %(at)s 截止。",
        days,
    ) % {"count": days, "at": moment_text(closes, sig)}


def _effect_of_effect(promotion: Promotion) -> str:
    values = {"name": promotion.person.name, "role": promotion.get_role_display()}
    if promotion.kind in GIVING:
        return _("%(name)s 自这一天起担任 %(role)s，较低角色的任期同日结束。") % values
    if promotion.kind == Kind.EMERITUS:
        return _("%(name)s 的 %(role)s 任期在这一天结束，此后列为荣誉成员。") % values
    return _("%(name)s 的 %(role)s 任期在这一天结束。") % values
