"""Sentences of the review record: verdicts, reasons and durations, in the reader's language."""

import datetime as dt

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from .models import PullRequest
from .verdict import Reason, Verdict

REASONS: dict[Reason, Promise] = {
    Reason.BOT: gettext_lazy("机器人账号的评论不计"),
    Reason.UNKNOWN_PERSON: gettext_lazy("平台上已无此账号，无法确认是谁，不计"),
    Reason.OWN: gettext_lazy("作者本人给出的不计"),
    Reason.EDITED: gettext_lazy("评论发出后被修改过，不计"),
    Reason.AFTER_CLOSE: gettext_lazy("在合入或关闭之后给出，不计"),
    Reason.NOT_ENTITLED: gettext_lazy("当日名册中不是本仓库的 Committer 或 Maintainer，不计"),
    Reason.WITHDRAWN: gettext_lazy("后来由本人取消"),
    Reason.REPEATED: gettext_lazy("本人后来又给出一次，只计一次"),
    Reason.CANCEL: gettext_lazy("取消本人先前给出的"),
}
HOURS_SHOWN = 72


def verdict_sentence(pull: PullRequest, verdict: Verdict) -> str:
    """The verdict in one line."""
    figures = {
        "lgtm": len(verdict.lgtm_by),
        "lgtm_required": verdict.lgtm_required,
        "approve": len(verdict.approve_by),
        "approve_required": verdict.approve_required,
    }
    return _verdict_template(pull, verdict) % figures


def _verdict_template(pull: PullRequest, verdict: Verdict) -> str:
    if pull.state == PullRequest.State.MERGED:
        if verdict.met:
            return gettext(
                "评审通过并已合入：lgtm %(lgtm)d 个（需 %(lgtm_required)d 个），"
                "approve %(approve)d 个（需 %(approve_required)d 个）"
            )
        if not verdict.lgtm and not verdict.approve:
            return gettext("已合入；公开的评论中没有 lgtm 或 approve")
        return gettext(
            "已合入；公开的评论中 lgtm %(lgtm)d 个（需 %(lgtm_required)d 个），"
            "approve %(approve)d 个（需 %(approve_required)d 个），少于规定"
        )
    if pull.state == PullRequest.State.CLOSED:
        return gettext(
            "已关闭，未合入：lgtm %(lgtm)d 个（需 %(lgtm_required)d 个），"
            "approve %(approve)d 个（需 %(approve_required)d 个）"
        )
    if verdict.met:
        return gettext(
            "评审已通过，等待合入：lgtm %(lgtm)d 个（需 %(lgtm_required)d 个），"
            "approve %(approve)d 个（需 %(approve_required)d 个）"
        )
    return gettext(
        "评审中：lgtm %(lgtm)d 个（需 %(lgtm_required)d 个），"
        "approve %(approve)d 个（需 %(approve_required)d 个）"
    )


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
