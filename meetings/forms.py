"""Forms of the meetings' pages: they only check what was typed."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from members.models import Account, Person, Promotion, Sig
from reviews import subject
from reviews.models import Issue, PullRequest

from . import meant
from .models import ActionItem, Meeting
from .recurrence import instant

# `mindspore/mindformers!12`, `!12`, or the page's address on the code host.
PULL = re.compile(
    r"^(?:(?:https?://[\w.-]+/)?(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)(?:!|/pulls?/|/merge_requests/))?!?(?P<number>\d{1,9})/?$"
)
MAX_BODY = 200_000


class DayField(forms.DateField):
    """A day of this century: what lies beyond is a slip of the keyboard."""

    default_validators = [
        MinValueValidator(dt.date(2000, 1, 1)),
        MaxValueValidator(dt.date(2099, 12, 31)),
    ]
    # A browser's day picker reads and sends this one format, in every language of the page.
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PersonField(forms.CharField):
    """A person by login, in any letter case; empty is nobody."""

    default_error_messages = {
        "unknown": _("没有账号为“%(login)s”的成员。"),
        "ambiguous": _("“%(login)s”在不同代码平台上是不同的人，请换用另一个账号。"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)

    def clean(self, value: Any) -> Any:
        login = str(super().clean(value)).removeprefix("@")
        if not login:
            return None
        accounts = Account.objects.filter(login__iexact=login).select_related("person")
        people: dict[int, Person] = {one.person_id: one.person for one in accounts}
        if len(people) != 1:
            code = "ambiguous" if people else "unknown"
            raise forms.ValidationError(
                self.error_messages[code], code=code, params={"login": login}
            )
        return next(iter(people.values()))


class TextField(forms.CharField):
    """Several lines; browsers send CRLF, the portal keeps LF."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")


class MoveForm(forms.Form):
    day = DayField(label=_("新的日期"))
    clock = forms.TimeField(label=_("新的时刻"), widget=forms.TimeInput(attrs={"type": "time"}))
    reason = forms.CharField(label=_("改期原因"), max_length=500)

    def starts_at(self, zone: ZoneInfo) -> dt.datetime:
        return instant(self.cleaned_data["day"], self.cleaned_data["clock"], zone)


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("取消原因"), max_length=500)


class AgendaEditForm(forms.Form):
    """What the host changes of an item: its title and its time."""

    title = forms.CharField(label=_("议题"), max_length=300)
    minutes_allotted = forms.IntegerField(
        label=_("预计分钟"), required=False, min_value=1, max_value=480
    )


class AgendaForm(forms.Form):
    title = forms.CharField(label=_("议题"), max_length=300)
    body = TextField(label=_("说明"), required=False, max_length=5000)
    minutes_allotted = forms.IntegerField(
        label=_("预计分钟"), required=False, min_value=1, max_value=480
    )
    promotion = forms.ModelChoiceField(
        label=_("相关提名"), queryset=Promotion.objects.none(), required=False
    )
    pull_request = forms.CharField(
        label=_("相关拉取请求"),
        required=False,
        max_length=300,
        help_text=_("编号（!12）、owner/name!12 或它的网址。"),
    )

    issue = forms.CharField(
        label=_("相关问题或 RFC"),
        required=False,
        max_length=400,
        help_text=_("编号（#I4CE7W）、owner/name#I4CE7W 或它的网址。"),
    )

    def __init__(self, *args: Any, sig: Sig, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sig = sig
        self.fields["body"].widget.attrs["rows"] = 3
        choices = Promotion.objects.filter(sig=sig, state__in=Promotion.OPEN_STATES)
        field = self.fields["promotion"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = choices.select_related("person")

    def clean_pull_request(self) -> PullRequest | None:
        text = self.cleaned_data["pull_request"].strip()
        if not text:
            return None
        match = PULL.match(text)
        if match is None:
            raise forms.ValidationError(_("请填写编号、owner/name!编号或网址。"))
        pulls = PullRequest.objects.filter(repository__sig=self.sig, number=int(match["number"]))
        if match["owner"]:
            pulls = pulls.filter(
                repository__owner__iexact=match["owner"], repository__name__iexact=match["name"]
            )
        found = list(pulls.select_related("repository")[:2])
        if not found:
            raise forms.ValidationError(_("本 SIG 的仓库中没有这个拉取请求，或者它尚未同步。"))
        if len(found) > 1:
            raise forms.ValidationError(_("几个仓库都有这个编号，请写成 owner/name!编号。"))
        return found[0]

    def clean_issue(self) -> Issue | None:
        """By its address, of this portal or the code host, else as subject.find reads it."""
        text = self.cleaned_data["issue"].strip()
        if not text:
            return None
        if named := meant.subject_in(self.sig, text).issue:
            return named
        try:
            found = subject.find(self.sig, text)
        except subject.Unreadable as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if not isinstance(found, Issue):
            raise forms.ValidationError(_("这是拉取请求，请填写在上面一栏。"))
        return found


class AttendanceForm(forms.Form):
    person = PersonField(label=_("账号"), required=False)
    name = forms.CharField(
        label=_("姓名"),
        required=False,
        max_length=300,
        help_text=_("没有账号的人填写姓名。"),
    )
    organization = forms.CharField(label=_("所属单位"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("person") and not data.get("name"):
            raise forms.ValidationError(_("请填写账号或姓名。"))
        return data


class ActionForm(forms.Form):
    text = TextField(label=_("内容"), max_length=2000)
    owner = PersonField(label=_("负责人账号"), required=False)
    due_on = DayField(label=_("期限"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 2


class ActionChangeForm(forms.Form):
    """Another owner or day; an owner who was only written down by name stays when none is given."""

    owner = PersonField(label=_("负责人账号"), required=False)
    due_on = DayField(label=_("期限"), required=False)


class ActionCloseForm(forms.Form):
    state = forms.ChoiceField(
        choices=[
            (ActionItem.State.DONE, ActionItem.State.DONE.label),
            (ActionItem.State.DROPPED, ActionItem.State.DROPPED.label),
        ]
    )


class MinutesForm(forms.Form):
    """`expected` is the number of the revision the text was opened from."""

    body = TextField(label=_("正文"), required=False, max_length=MAX_BODY, strip=False)
    expected = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("修订理由"), help_text=_("正文有改动时必须写明。"), required=False, max_length=500
    )

    def __init__(self, *args: Any, is_public: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget.attrs.update({"rows": 28, "class": "mono"})
        self.fields["body"].help_text = _("Markdown 格式。")
        if not is_public:
            del self.fields["reason"]


class MinutesSaveForm(MinutesForm):
    """What the page's script sends: `base` is the text the body was made from, where it is known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base"] = TextField(required=False, max_length=MAX_BODY, strip=False)

    @property
    def base(self) -> str | None:
        return str(self.cleaned_data["base"]) if "base" in self.data else None


class PublishForm(forms.Form):
    """`despite_remarks` is asked for while remarks wait for an answer."""

    expected = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    despite_remarks = forms.BooleanField(label=_("不再处理其余意见，直接发布"), required=False)


def initial_of_move(meeting: Meeting, proposal: dt.date | None) -> dict[str, Any]:
    """The form's start: the proposed day where there is one, the same hour."""
    local = meeting.starts_at.astimezone(meeting.zone)
    return {"day": proposal or local.date(), "clock": local.strftime("%H:%M")}
