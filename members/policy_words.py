"""Rules of a role in words, section by section, and what differs between two versions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .policy import FIGURES, SELF, Rules
from .presets import NOTES
from .wording import FIGURE_LABELS, role_label

Label = str | Promise
BASE_LABELS: Mapping[str, Label] = {
    "maintainers": gettext_lazy("全体现任 Maintainer"),
    "entitled": gettext_lazy("全体有表决权者"),
    "voting": gettext_lazy("赞成与反对之和"),
}
DISCUSSION_LABELS: Mapping[str, Label] = {
    "public": gettext_lazy("公开"),
    "sealed": gettext_lazy("不公开，只有表决人与提名人可以阅读，结果公开"),
}
EFFECT_LABELS: Mapping[str, Label] = {
    "maintainer": gettext_lazy("由 Maintainer 宣布"),
    "meeting": gettext_lazy("在例会上确认"),
    "merged": gettext_lazy("章程或 OWNERS 的改动合入之后"),
}


@dataclass(frozen=True)
class Line:
    """One rule: `key` names it across versions, `text` says what is asked."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Change:
    """What one version said of a rule and what the next says."""

    label: str
    before: str
    after: str


def sections(rules: Rules) -> list[Section]:
    return [
        Section(_("资格"), tuple(_standing(rules))),
        Section(_("提名"), tuple(_nomination(rules))),
        Section(_("表决"), tuple(_vote(rules))),
        Section(_("任职"), tuple(_office(rules))),
    ]


def changes(before: Rules, after: Rules) -> list[Change]:
    """Every rule that reads differently, those of before first."""
    old, new = _by_key(before), _by_key(after)
    both = {**old, **new}
    nothing = _("不要求")
    texts = {
        key: tuple(lines[key].text if key in lines else nothing for lines in (old, new))
        for key in both
    }
    return [Change(both[key].label, one, two) for key, (one, two) in texts.items() if one != two]


def _by_key(rules: Rules) -> dict[str, Line]:
    return {line.key: line for section in sections(rules) for line in section.lines}


def figure_label(name: str) -> str:
    return str(FIGURE_LABELS[name])


def preset_label(preset: str) -> str:
    """Name of a preset; of rules that are none, that the SIG wrote them."""
    note = NOTES.get(preset)
    return str(note.name) if note else _("自订")


# ── sections ──────────────────────────────────────────────────────────────────────────────────
def _standing(rules: Rules) -> Iterator[Line]:
    yield Line("prerequisite", _("须先担任"), _prerequisite(rules))
    for name in FIGURES:
        if needed := rules.evidence.get(name):
            yield Line(name, str(FIGURE_LABELS[name]), _("至少 %(count)d") % {"count": needed})
    if not any(rules.evidence.values()):
        yield Line("evidence", _("贡献"), _("没有数字上的要求，由表决人判断"))
    else:
        yield Line("evidence_months", _("统计范围"), _window(rules.evidence_months))
    if rules.evidence.get("active_months"):
        yield Line("active_window", _("月份的统计范围"), _window(rules.active_window_months))


def _nomination(rules: Rules) -> Iterator[Line]:
    yield Line("nominators", _("可以提名的人"), _people(rules.nominators))
    yield Line("nominators_needed", _("提名与附议"), _nominators_needed(rules))
    yield Line("answer", _("候选人的答复期限"), _working_days(rules.answer_working_days))
    yield Line("discussion", _("讨论"), str(DISCUSSION_LABELS[rules.discussion]))
    if rules.discussion_working_days:
        text = _working_days(rules.discussion_working_days)
        yield Line("discussion_days", _("开启表决前至少讨论"), text)


def _vote(rules: Rules) -> Iterator[Line]:
    yield Line("electorate", _("有表决权的人"), _people(rules.electorate))
    yield Line("threshold", _("通过"), _threshold(rules.threshold, rules.threshold_of))
    if rules.min_in_favour:
        yield Line(
            "min_in_favour", _("赞成票数"), _("至少 %(count)d") % {"count": rules.min_in_favour}
        )
    if rules.quorum:
        text = _("全体有表决权者的 %(share)s 投票，弃权也算") % {"share": share_text(rules.quorum)}
        yield Line("quorum", _("法定人数"), text)
    if rules.lazy_consensus:
        yield Line("lazy", _("默示同意"), _("期限内无人反对即通过；有人反对时按上面的规则计票"))
    yield Line("days", _("表决时长"), _working_days(rules.vote_working_days))
    yield Line("objection", _("反对"), _objection(rules))
    yield Line("removal", _("免去角色"), _removal(rules))


def _office(rules: Rules) -> Iterator[Line]:
    yield Line("effect", _("生效"), str(EFFECT_LABELS[rules.effect]))
    if rules.seats_min or rules.seats_max:
        yield Line("seats", _("席位"), _seats(rules))
    if rules.term_months:
        yield Line("term", _("任期"), _months(rules.term_months))
    yield Line("inactive", _("不活跃"), _inactive(rules))


# ── values ────────────────────────────────────────────────────────────────────────────────────
def share_text(share: Fraction) -> str:
    """1/2 and 2/3 as they are spoken, 13/20 as 65%."""
    if share.denominator <= 10 or 100 % share.denominator:
        return str(share)
    return f"{share * 100}%"


def _people(roles: tuple[str, ...]) -> str:
    labels = [_("本人") if role == SELF else role_label(role) for role in roles]
    return _("、").join(labels)


def _prerequisite(rules: Rules) -> str:
    if not rules.prerequisite_role:
        return _("不要求")
    role = role_label(rules.prerequisite_role)
    if not rules.prerequisite_months:
        return role
    months = rules.prerequisite_months
    return ngettext("%(role)s，满 %(count)d 个月", "%(role)s，满 %(count)d 个月", months) % {
        "role": role,
        "count": months,
    }


def _window(months: int) -> str:
    if not months:
        return _("不限时间")
    return ngettext("最近 %(count)d 个月", "最近 %(count)d 个月", months) % {"count": months}


def _months(months: int) -> str:
    return ngettext("%(count)d 个月", "%(count)d 个月", months) % {"count": months}


def _working_days(days: int) -> str:
    return ngettext("%(count)d 个工作日", "%(count)d 个工作日", days) % {"count": days}


def _nominators_needed(rules: Rules) -> str:
    values = {"count": rules.nominators_needed}
    if rules.nominators_from_different_employers:
        return _("共 %(count)d 人，来自不同的单位") % values
    return ngettext("共 %(count)d 人", "共 %(count)d 人", rules.nominators_needed) % values


def _threshold(share: Fraction, base: str) -> str:
    if not share:
        return _("至少一票赞成")
    sentence = {
        "maintainers": _("赞成超过全体现任 Maintainer 的 %(share)s"),
        "entitled": _("赞成超过全体有表决权者的 %(share)s"),
        "voting": _("赞成超过赞成与反对之和的 %(share)s"),
    }[base]
    return sentence % {"share": share_text(share)}


def _objection(rules: Rules) -> str:
    if not rules.objection_roles:
        return _("反对只计入票数，不阻止通过")
    values = {
        "roles": _people(rules.objection_roles),
        "share": share_text(rules.objection_outvoted_by),
    }
    if rules.objection_outvoted_by == 1:
        return _("%(roles)s 写明理由的反对会阻止通过，不能被越过") % values
    return _("%(roles)s 写明理由的反对会阻止通过，除非赞成超过赞成与反对之和的 %(share)s") % values


def _removal(rules: Rules) -> str:
    if rules.removal_threshold is None and not rules.removal_threshold_of:
        return _("与通过的规则相同，当事人回避")
    share = rules.threshold if rules.removal_threshold is None else rules.removal_threshold
    text = _threshold(share, rules.removal_threshold_of or rules.threshold_of)
    return _("%(threshold)s，当事人回避") % {"threshold": text}


def _seats(rules: Rules) -> str:
    values = {"least": rules.seats_min, "most": rules.seats_max}
    if not rules.seats_max:
        return _("至少 %(least)d 人") % values
    if not rules.seats_min:
        return _("至多 %(most)d 人") % values
    return _("%(least)d 至 %(most)d 人") % values


def _inactive(rules: Rules) -> str:
    if not rules.inactive_months:
        return _("不检查")
    months = rules.inactive_months
    return ngettext(
        "%(count)d 个月没有贡献的，先询问本人", "%(count)d 个月没有贡献的，先询问本人", months
    ) % {"count": months}
