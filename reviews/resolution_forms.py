"""Forms of the resolutions and RFCs: what the address and the reader may say, checked."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Sig

from . import subject as subjects
from .forms import Filter, LoginField, TextField
from .models import Issue, Resolution, Rfc
from .models.resolution import ResolutionQuerySet
from .resolution import REASONS_LENGTH, TITLE_LENGTH, Proposal

# A column of 32 bits holds no larger number.
MAX_NUMBER = 2**31 - 1
ALL = ("", gettext_lazy("全部"))


class ResolutionForm(forms.Form):
    """A proposal for a resolution of `sig`; `proposal` is what a valid form asks for."""

    subject = forms.CharField(
        label=gettext_lazy("对象"),
        max_length=450,
        help_text=gettext_lazy(
            "拉取请求写 !12，问题或 RFC 写 #I4CE7W；有多个仓库时写 owner/name!12，也可粘贴网址。"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    title = forms.CharField(
        label=gettext_lazy("标题"),
        max_length=TITLE_LENGTH,
        help_text=gettext_lazy("用一句话写明决定了什么。"),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("结论"),
        choices=Resolution.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择接受、不接受或暂缓。")},
    )
    reasons = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=REASONS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("依据是什么，考虑过哪些意见。支持 Markdown，会公开。"),
    )
    supersedes = forms.IntegerField(
        label=gettext_lazy("取代第几号决议"),
        required=False,
        min_value=1,
        max_value=MAX_NUMBER,
        help_text=gettext_lazy("只在这份决议改变以前的决议时填写，写它的编号。"),
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, sig: Sig, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sig = sig
        self.fields["token"].initial = uuid4

    def clean_subject(self) -> subjects.Subject:
        try:
            return subjects.find(self.sig, self.cleaned_data["subject"])
        except subjects.Unreadable as error:
            raise ValidationError(str(error)) from error

    @property
    def proposal(self) -> Proposal:
        names = ("subject", "title", "outcome", "reasons", "supersedes")
        return Proposal(**{name: self.cleaned_data[name] for name in names})

    @property
    def form_token(self) -> UUID:
        """Of this form; a form sent without one is a form of its own."""
        return self.cleaned_data["token"] or uuid4()


class ResolutionFilter(Filter):
    """What the list of resolutions can be narrowed by; every value is optional."""

    q = TextField(label=gettext_lazy("编号或标题"), max_length=100)
    outcome = forms.ChoiceField(
        label=gettext_lazy("结论"), required=False, choices=[ALL, *Resolution.Outcome.choices]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("对象"),
        required=False,
        choices=[
            ALL,
            ("pull", gettext_lazy("拉取请求")),
            ("issue", gettext_lazy("问题")),
            ("rfc", "RFC"),
        ],
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("效力"),
        required=False,
        choices=[ALL, ("in_force", gettext_lazy("有效")), ("superseded", gettext_lazy("已被取代"))],
    )
    person = LoginField(label=gettext_lazy("记录人账号"))

    main = ("q", "outcome", "kind", "standing", "person")

    def apply(self, rows: ResolutionQuerySet) -> ResolutionQuerySet:
        """The rows asked for; none when the address is invalid."""
        if not self.is_valid():
            return rows.none()
        words = self.words
        if text := words["q"]:
            rows = rows.filter(_says(text))
        if outcome := words["outcome"]:
            rows = rows.filter(outcome=outcome)
        if kind := words["kind"]:
            rows = rows.filter(KINDS[kind])
        if standing := words["standing"]:
            rows = rows.filter(superseded_by__isnull=standing == "in_force")
        if accounts := words["person"]:
            rows = rows.filter(decided_by__in={account.person_id for account in accounts})
        return rows


# The text stays when the mirrored row goes; neither path nor number holds these signs.
KINDS = {
    "pull": Q(subject__contains="!"),
    "issue": Q(subject__contains="#"),
    "rfc": Q(issue__rfc__isnull=False),
}


def _says(text: str) -> Q:
    number = text.strip()
    if number.isascii() and number.isdigit() and int(number) <= MAX_NUMBER:
        return Q(number=int(number))
    return Q(title__icontains=text) | Q(subject__icontains=text)


class SuccessorForm(forms.Form):
    """Which RFC takes the place of one of `sig`."""

    successor = forms.CharField(
        label=gettext_lazy("后继的 RFC"),
        max_length=450,
        help_text=gettext_lazy("写它的问题编号，例如 #I4CE7W。"),
    )

    def __init__(self, *args: Any, sig: Sig, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sig = sig

    def clean_successor(self) -> Rfc:
        try:
            row = subjects.find(self.sig, self.cleaned_data["successor"])
        except subjects.Unreadable as error:
            raise ValidationError(str(error)) from error
        rfc = Rfc.objects.filter(issue=row).first() if isinstance(row, Issue) else None
        if rfc is None:
            raise ValidationError(_("%(subject)s 不是 RFC。") % {"subject": subjects.text_of(row)})
        return rfc
