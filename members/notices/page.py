"""Notices as their pages show them, and the forms that set what one is told."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy

from ..models import Notice, NoticePreference
from .channels import service_of
from .kinds import KINDS
from .reasons import CAN_BE_TRIED_AGAIN, reason_of
from .text import language_or_default, text_of

State = Notice.State
BADGES = {
    State.WAITING: "waiting",
    State.SENT: "good",
    State.SKIPPED: "neutral",
    State.FAILED: "blocked",
}


class PreferenceForm(forms.Form):
    """Language, mail on or off, and the kinds one wants (what is stored are those one does not)."""

    language = forms.ChoiceField(label=gettext_lazy("邮件的语言"), choices=settings.LANGUAGES)
    by_mail = forms.BooleanField(
        label=gettext_lazy("用邮件通知我"),
        required=False,
        help_text=gettext_lazy("关闭后不再发送任何邮件，通知仍列在本页。"),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("接收哪些通知"),
        required=False,
        choices=[(kind.name, kind.label) for kind in KINDS.values()],
        widget=forms.CheckboxSelectMultiple,
    )

    @classmethod
    def showing(cls, preference: NoticePreference) -> "PreferenceForm":
        return cls(
            initial={
                "language": language_or_default(preference.language),
                "by_mail": preference.by_mail,
                "kinds": [name for name in KINDS if name not in preference.muted],
            }
        )

    @property
    def values(self) -> dict[str, Any]:
        """The keywords of consent.set_preference. Needs a valid form."""
        data = self.cleaned_data
        muted = [name for name in KINDS if name not in data["kinds"]]
        return {"language": data["language"], "by_mail": data["by_mail"], "muted": muted}


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("新的邮箱"),
        max_length=254,
        help_text=gettext_lazy(
            "先向这个地址发送确认链接，确认之后才会使用。只有您本人和管理员能看到。"
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class OutboxFilter(forms.Form):
    """By state; an address that says anything else is as if it did not."""

    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[("", gettext_lazy("全部")), *State.choices],
    )

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return list(self)

    @property
    def state_asked(self) -> str:
        return str(self.cleaned_data.get("state", "")) if self.is_valid() else ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.state_asked)


@dataclass(frozen=True)
class Shown:
    """One notice. `subject` and `url` are for its reader only; the rest also for administrators."""

    row: Notice

    @property
    def label(self) -> str:
        kind = KINDS.get(self.row.kind)
        return str(kind.label) if kind else self.row.kind

    @property
    def subject(self) -> str:
        if self.row.kind not in KINDS:
            return self.label
        return text_of(self.row.kind, self.row.data, self._language).subject

    @property
    def url(self) -> str:
        if self.row.kind not in KINDS:
            return ""
        return text_of(self.row.kind, self.row.data, self._language).url

    @property
    def _language(self) -> str:
        return language_or_default(get_language() or "")

    @property
    def badge(self) -> str:
        return BADGES[State(self.row.state)]

    @property
    def reason(self) -> str:
        return reason_of(self.row.error)

    @property
    def channel(self) -> str:
        """The service of a channel's notice (slack, feishu …), its mark when it is configured no more."""
        mark = str(self.row.data.get("channel", ""))
        return service_of(mark) or mark

    @property
    def can_retry(self) -> bool:
        skipped = self.row.state == State.SKIPPED and self.row.error in CAN_BE_TRIED_AGAIN
        return skipped or self.row.state == State.FAILED
