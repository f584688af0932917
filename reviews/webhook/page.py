"""Deliveries in plain words, and how their list is narrowed, for the page of those who keep them going."""

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import Repository

from ..forms import LenientFilter
from ..models import RepositorySync, WebhookDelivery

State = WebhookDelivery.State
EVENTS: dict[str, Promise] = {
    "merge_request_hooks": _("拉取请求"),
    "issue_hooks": _("问题"),
    "note_hooks": _("评论"),
    "push_hooks": _("推送"),
    "tag_push_hooks": _("标签推送"),
}
Fault = RepositorySync.Fault
# Why it did not work; a sync's own sentences promise another attempt, which a dead delivery does not get.
CAUSES: dict[str, Promise] = {
    Fault.NOT_FOUND: _("代码平台上找不到这个仓库。"),
    Fault.FORBIDDEN: _("代码平台不允许读取这个仓库，请管理员检查访问令牌。"),
    Fault.RATE_LIMITED: _("代码平台限制了访问频率。"),
    Fault.UNAVAILABLE: _("代码平台没有回应。"),
    Fault.MALFORMED: _("代码平台的答复无法解读。"),
    Fault.UNKNOWN_HOST: _("尚未配置这个代码平台的地址，请管理员补上。"),
    Fault.INTERRUPTED: _("处理中途停止。"),
}
INTERNAL = _("门户内部出错，管理员可在日志中查到详情。")
BADGES = {
    State.RECEIVED: "waiting",
    State.PROCESSED: "good",
    State.IGNORED: "neutral",
    State.DEAD: "blocked",
}
SHOWN_CHARACTERS = 30_000


class DeliveryFilter(LenientFilter):
    """State, event and repository; an address that says anything else is as if it did not."""

    state = forms.ChoiceField(label=_("状态"), required=False)
    event = forms.ChoiceField(label=_("事件"), required=False)
    repository = forms.ChoiceField(label=_("仓库"), required=False)

    def __init__(self, data: Any, *, repositories: list[Repository]) -> None:
        super().__init__(data)
        every = ("", _("全部"))
        paths = [(str(row.pk), row.path) for row in repositories]
        for name, choices in (
            ("state", State.choices),
            ("event", list(EVENTS.items())),
            ("repository", paths),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [every, *choices]

    def apply(self, rows: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
        columns = {"state": "state", "event": "hook_name", "repository": "repository"}
        return rows.filter(**{columns[name]: value for name, value in self.words.items()})


@dataclass(frozen=True)
class Shown:
    """One delivery as its pages show it. Needs `repository__sig` selected."""

    row: WebhookDelivery

    @property
    def sig(self) -> Any:
        return self.row.repository.sig if self.row.repository else None

    @property
    def event(self) -> str:
        known = EVENTS.get(self.row.hook_name)
        if self.row.action == "ping":
            return gettext("测试")
        return str(known) if known else self.row.hook_name

    @property
    def badge(self) -> str:
        return BADGES[State(self.row.state)]

    @property
    def subject(self) -> str:
        """`!12`, `#I4CE7W`, or the branch that was pushed."""
        mark = {"pull": "!", "issue": "#"}.get(self.row.subject_kind, "")
        return f"{mark}{self.row.subject_number}"

    @property
    def subject_url(self) -> str:
        """The page of the pull request or issue; it says itself when there is none yet."""
        repository, number = self.row.repository, self.row.subject_number
        if repository is None or self.row.subject_kind not in {"pull", "issue"}:
            return ""
        name = "record" if self.row.subject_kind == "pull" else "issue"
        return reverse(f"reviews:{name}-detail", args=[repository.owner, repository.name, number])

    @property
    def explanation(self) -> str:
        """Why it is where it is, for anyone; empty when all is well."""
        if self.row.error:
            cause = CAUSES.get(self.row.error.partition(": ")[0], INTERNAL)
            after = gettext("稍后会自动重试。") if self.is_waiting else gettext("已不再自动重试。")
            return f"{cause}{after}"
        if self.row.state != State.IGNORED:
            return ""
        if self.row.action == "ping":
            return gettext("这是代码平台发来的测试，不含任何变化。")
        if self.row.repository is None:
            return gettext("门户没有登记这个仓库。")
        return gettext("这类事件不涉及门户保存的内容。")

    @property
    def detail(self) -> str:
        """The technical side of what went wrong."""
        return self.row.error.partition(": ")[2]

    @property
    def is_waiting(self) -> bool:
        return self.row.state == State.RECEIVED

    @property
    def body(self) -> str:
        text = json.dumps(self.row.body, ensure_ascii=False, indent=2, sort_keys=True)
        return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}\n…"
