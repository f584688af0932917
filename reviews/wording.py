"""Sentences of the review record: verdicts, reasons and durations, in the reader's language."""

import datetime as dt
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from .case import Rights, Word
from .models import PullRequest
from .verdict import Conclusion, Reason

REASONS: dict[Reason, Promise] = {
    Reason.BOT: gettext_lazy("机器人账号的评论不计"),
    Reason.UNKNOWN_PERSON: gettext_lazy("平台上已无此账号，无法确认是谁，不计"),
    Reason.OWN: gettext_lazy("作者本人给出的不计"),
    Reason.EDITED: gettext_lazy("评论发出后被修改过，不计"),
    Reason.AFTER_CLOSE: gettext_lazy("在合入或关闭之后给出，不计"),
    Reason.NOT_ENTITLED: gettext_lazy("当日没有评审权限，不计"),
    Reason.BEFORE_PUSH: gettext_lazy("此后又有新的提交推送，不计"),
    Reason.WITHDRAWN: gettext_lazy("后来由本人取消"),
    Reason.REPEATED: gettext_lazy("本人后来又给出一次，只计一次"),
    Reason.CANCEL: gettext_lazy("取消本人先前给出的"),
}
NOT_ENTITLED: dict[tuple[Reason, Word], Promise] = {
    (Reason.NOT_ENTITLED, Word.LGTM): gettext_lazy(
        "当日不在 OWNERS 的 reviewers 或 approvers 中，不计"
    ),
    (Reason.NOT_ENTITLED, Word.APPROVE): gettext_lazy(
        "当日不是 OWNERS 的 approver，也不是名册中本仓库的 Committer 或 Maintainer，不计"
    ),
}
UNCERTAIN = gettext_lazy("给出前后有新的提交推送，先后无法确定，仍予计入")
WITNESSED = gettext_lazy("由合入提交的 Reviewed-by 证明")
HOURS_SHOWN = 72


class Told(Protocol):
    """What a sentence needs of a verdict, judged now or kept."""

    @property
    def conclusion(self) -> str: ...
    @property
    def lgtm_by(self) -> tuple[str, ...]: ...
    @property
    def approve_by(self) -> tuple[str, ...]: ...
    @property
    def lgtm_required(self) -> int: ...
    @property
    def approve_required(self) -> int: ...


def verdict_sentence(pull: PullRequest, verdict: Told) -> str:
    """The verdict in one line: where it stands, then how many of how many."""
    figures = gettext(
        "lgtm %(lgtm)d 个（需 %(lgtm_required)d 个），approve %(approve)d 个（需 %(approve_required)d 个）"
    ) % {
        "lgtm": len(verdict.lgtm_by),
        "lgtm_required": verdict.lgtm_required,
        "approve": len(verdict.approve_by),
        "approve_required": verdict.approve_required,
    }
    return gettext("%(standing)s：%(figures)s") % {
        "standing": _standing(pull.state, verdict.conclusion),
        "figures": figures,
    }


def _standing(state: str, conclusion: str) -> str:
    if state == PullRequest.State.MERGED:
        return {
            Conclusion.MET: gettext("评审通过并已合入"),
            Conclusion.UNMET: gettext("已合入，但评审不符合规则"),
        }.get(Conclusion(conclusion), gettext("已合入；现有资料不足以断定评审是否符合规则"))
    if state == PullRequest.State.CLOSED:
        return gettext("已关闭，未合入")
    if conclusion == Conclusion.MET:
        return gettext("评审已通过，等待合入")
    return gettext("评审中")


def shortfalls(
    *, lgtm: int, approve: int, missing: tuple[str, ...] = (), blocking: tuple[str, ...] = ()
) -> list[str]:
    """What is missing to meet the rule, in words: "缺 1 个 lgtm", "缺标签 …"."""
    words = []
    if lgtm:
        words.append(
            ngettext("缺 %(count)d 个 lgtm", "缺 %(count)d 个 lgtm", lgtm) % {"count": lgtm}
        )
    if approve:
        words.append(
            ngettext("缺 %(count)d 个 approve", "缺 %(count)d 个 approve", approve)
            % {"count": approve}
        )
    words += [gettext("缺标签 %(label)s") % {"label": label} for label in missing]
    words += [gettext("有标签 %(label)s，不得合入") % {"label": label} for label in blocking]
    return words


def rights_sentence(rights: Rights) -> str:
    """By which source the right to review was told that day."""
    if rights.owners and rights.by_roster:
        return gettext("按当日的 OWNERS 与成员名册")
    if rights.owners:
        return gettext("按当日的 OWNERS")
    if rights.by_roster:
        return gettext("approve 按当日的成员名册；当日的 OWNERS 没有记载，任何人的 lgtm 都计入")
    return gettext("当日的 OWNERS 与成员名册都没有记载，任何人的 lgtm 和 approve 都计入")


def duration_words(duration: dt.timedelta) -> str:
    """A duration rounded as people say it: minutes, hours up to three days, days."""
    minutes = round(duration.total_seconds() / 60)
    hours = round(minutes / 60)
    if minutes < 1:
        return gettext("不到 1 分钟")
    if minutes < 60:
        return ngettext("%(count)d 分钟", "%(count)d 分钟", minutes) % {"count": minutes}
    if hours <= HOURS_SHOWN:
        return ngettext("%(count)d 小时", "%(count)d 小时", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("%(count)d 天", "%(count)d 天", days) % {"count": days}


def duration_and_hours(duration: dt.timedelta | None) -> str:
    """As people say it, and in hours where days were said; empty for none."""
    if duration is None:
        return ""
    words, hours = duration_words(duration), round(duration.total_seconds() / 3600)
    if hours <= HOURS_SHOWN:
        return words
    said = ngettext("%(count)d 小时", "%(count)d 小时", hours) % {"count": hours}
    return gettext("%(words)s（%(hours)s）") % {"words": words, "hours": said}
