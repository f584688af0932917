"""Rules, figures and counts in sentences, for pages and messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .models import RoleTerm
from .policy import Rules, Tally

# What each figure counts; a window of months is told beside it.
FIGURE_LABELS = {
    "merged": gettext_lazy("提交并合入的拉取请求"),
    "main_reviews": gettext_lazy("担任主要评审人的拉取请求"),
    "reviewed": gettext_lazy("评审过的拉取请求"),
    "merged_or_reviewed": gettext_lazy("提交或评审并合入的拉取请求"),
    "active_months": gettext_lazy("有合入的月份"),
    "issues_opened": gettext_lazy("提出的问题"),
    "meetings_attended": gettext_lazy("出席的例会"),
}


def role_label(role: str) -> str:
    return str(RoleTerm.Role(role).label)


# ── the vote ──────────────────────────────────────────────────────────────────────────────────
def still_needed(tally: Tally, rules: Rules) -> list[str]:
    """What is still needed, in words, while the vote is open."""
    if tally.decided == "approved":
        return [_("赞成已足够，其余选票不会改变结果。")]
    if tally.decided == "rejected":
        return [_("按现有选票不会通过；截止前反对者仍可改票。")]
    lines = [*_missing_voters(tally), *_missing_votes(tally, rules)]
    if tally.is_blocked:
        lines.append(_("有写明理由的反对：须由反对者撤回，或由更多赞成票越过，才能通过。"))
    elif not lines:
        lines = [_enough(tally), _("截止前仍可能有人投票、改票或提出反对。")]
    return lines


def _enough(tally: Tally) -> str:
    if tally.reason == "lazy_consensus":
        return _("目前没有人反对：截止前无人反对即通过。")
    return _("赞成已达到规则要求。")


def _missing_voters(tally: Tally) -> list[str]:
    missing = tally.quorum - tally.voted
    if missing <= 0:
        return []
    return [
        ngettext(
            "法定人数还差 %(count)d 人投票，弃权也算。",
            "法定人数还差 %(count)d 人投票，弃权也算。",
            missing,
        )
        % {"count": missing}
    ]


def _missing_votes(tally: Tally, rules: Rules) -> list[str]:
    if not tally.missing:
        return []
    values = {"count": tally.missing}
    if rules.threshold_of == "maintainers":
        sentence = ngettext(
            "还需 %(count)d 位 Maintainer 赞成。",
            "还需 %(count)d 位 Maintainer 赞成。",
            tally.missing,
        )
    else:
        sentence = ngettext("还需 %(count)d 票赞成。", "还需 %(count)d 票赞成。", tally.missing)
    return [sentence % values]


OUTCOME_SENTENCES = {
    "threshold_met": gettext_lazy("赞成达到规则要求，通过。"),
    "threshold_missed": gettext_lazy("赞成没有达到规则要求，未通过。"),
    "objection": gettext_lazy("赞成足够，但写明理由的反对没有被撤回或越过，未通过。"),
    "quorum_missed": gettext_lazy("投票的人没有达到法定人数，未通过。"),
    "lazy_consensus": gettext_lazy("期限内没有人反对，通过。"),
    "no_ballots": gettext_lazy("截止前没有人投票，提名过期。"),
    "step_down": gettext_lazy("本人提出，不需要表决。"),
    "unanswered": gettext_lazy("候选人没有在期限内答复，提名过期。"),
    "unopened": gettext_lazy("期限内没有人开启表决，提名过期。"),
}


def outcome_sentence(outcome: Mapping[str, Any]) -> str:
    """Why a decided promotion was decided so; empty where nothing was counted."""
    return str(OUTCOME_SENTENCES.get(str(outcome.get("reason")), ""))


# ── buttons and messages ──────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Words:
    button: Any
    done: Any


ACTION_WORDS = {
    "accept": Words(
        gettext_lazy("接受提名"), gettext_lazy("您已接受提名，接下来由 Maintainer 开启表决。")
    ),
    "decline": Words(gettext_lazy("谢绝提名"), gettext_lazy("您已谢绝，这份提名就此结束。")),
    "withdraw": Words(gettext_lazy("撤回提名"), gettext_lazy("提名已撤回。")),
    "open": Words(gettext_lazy("开启表决"), gettext_lazy("表决已开启。")),
    "close": Words(
        gettext_lazy("结束表决并计票"), gettext_lazy("表决已结束，结果已记入公开记录。")
    ),
    "endorse": Words(gettext_lazy("附议"), gettext_lazy("您的附议已记入公开记录。")),
    "recuse": Words(
        gettext_lazy("回避"), gettext_lazy("您已回避，不计入这次表决；截止前可以收回。")
    ),
    "rejoin": Words(gettext_lazy("收回回避"), gettext_lazy("您已收回回避，重新计入这次表决。")),
    "effect": Words(gettext_lazy("宣布生效"), gettext_lazy("已生效，成员名单已更新。")),
}

EVENT_LABELS = {
    "change.proposed": gettext_lazy("提交文件改动的拉取请求"),
    "change.merged": gettext_lazy("文件改动合入"),
    "promotion.nominated": gettext_lazy("提出提名"),
    "promotion.endorsed": gettext_lazy("附议"),
    "promotion.said": gettext_lazy("讨论中发言"),
    "promotion.retracted": gettext_lazy("撤回发言"),
    "promotion.recused": gettext_lazy("回避"),
    "promotion.rejoined": gettext_lazy("收回回避"),
    "promotion.accepted": gettext_lazy("候选人接受提名"),
    "promotion.declined": gettext_lazy("候选人谢绝"),
    "promotion.withdrawn": gettext_lazy("提名撤回"),
    "promotion.opened": gettext_lazy("表决开始"),
    "promotion.ballot": gettext_lazy("投出一票"),
    "promotion.approved": gettext_lazy("表决通过"),
    "promotion.rejected": gettext_lazy("表决未通过"),
    "promotion.expired": gettext_lazy("无人答复或投票，过期"),
    "promotion.in_effect": gettext_lazy("生效"),
}
