"""Forms of the promotion pages: they tell what was typed wrongly, and whom one may have meant."""

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .discussion import LENGTH
from .effect import way_of
from .models import Account, Ballot, FormerLogin, Person, Promotion, Repository, RoleTerm, Sig
from .transitions import GIVING

KINDS = [
    (Promotion.Kind.PROMOTE, gettext_lazy("晋升：担任新的角色")),
    (Promotion.Kind.REMOVE, gettext_lazy("免去：结束他人的角色（由 Maintainer 提出）")),
    (Promotion.Kind.STEP_DOWN, gettext_lazy("卸任：结束自己的角色")),
    (Promotion.Kind.REINSTATE, gettext_lazy("恢复：曾任此角色的人重新担任")),
    (
        Promotion.Kind.EMERITUS,
        gettext_lazy("转为荣誉成员：结束角色并致谢（由本人或 Maintainer 提出）"),
    ),
]
ROLES = [
    (RoleTerm.Role.COMMITTER, RoleTerm.Role.COMMITTER.label),
    (RoleTerm.Role.MAINTAINER, RoleTerm.Role.MAINTAINER.label),
]
SUGGESTIONS = 3


class NominationForm(forms.Form):
    """A proposal to change somebody's role in `sig`; `cleaned_data["person"]` is whom it names."""

    login = forms.CharField(
        label=gettext_lazy("候选人账号"),
        max_length=200,
        help_text=gettext_lazy("代码平台上的账号，大小写不限，例如 lin-bert。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("种类"), choices=KINDS, initial=Promotion.Kind.PROMOTE
    )
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=ROLES)
    duty = forms.CharField(
        label=gettext_lazy("职责"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("在本 SIG 负责什么，例如“并行与性能”。"),
    )
    repositories = forms.ModelMultipleChoiceField(
        label=gettext_lazy("负责仓库"),
        queryset=Repository.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("只用于晋升或恢复为 Committer，至少选择一个。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("候选人做了什么，为什么适合。支持 Markdown，会公开。"),
    )

    def __init__(self, *args: Any, sig: Sig, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sig = sig
        field = cast(forms.ModelMultipleChoiceField, self.fields["repositories"])
        field.queryset = Repository.objects.filter(sig=sig)
        if len(field.queryset) == 1:
            field.initial = list(field.queryset)

    def clean_login(self) -> str:
        login: str = self.cleaned_data["login"].strip().removeprefix("@")
        people = people_called(login)
        if not people:
            raise forms.ValidationError(_unknown_login(login))
        if len(people) > 1:
            accounts = Account.objects.filter(person__in=people, login__iexact=login)
            raise forms.ValidationError(
                _("几个代码平台上都有这个账号，请写明平台：%(names)s。")
                % {"names": _("、").join(sorted(str(account) for account in accounts))}
            )
        self.cleaned_data["person"] = people[0]
        return login

    def clean(self) -> dict[str, Any]:
        """Scope belongs to a new Committer only, as the field says; elsewhere it is left out."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind") not in GIVING or data.get("role") != RoleTerm.Role.COMMITTER:
            data["repositories"] = Repository.objects.none()
        return data


class BallotForm(forms.Form):
    choice = forms.TypedChoiceField(
        label=gettext_lazy("您的一票"),
        choices=Ballot.Choice.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择赞成、弃权或反对。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("表决理由"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("会公开。Maintainer 写明理由的反对会阻止通过，直到撤回或被越过。"),
    )


class EffectForm(forms.Form):
    """From which day a decided change holds; the meeting is asked for where the rules want one."""

    effective_on = forms.DateField(
        label=gettext_lazy("生效日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    ratified_in = forms.CharField(
        label=gettext_lazy("批准的会议"),
        max_length=200,
        help_text=gettext_lazy("按规则须经例会批准，例如“2026-03-05 例会，第 4 项”。会公开。"),
    )

    def __init__(self, *args: Any, promotion: Promotion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if way_of(promotion) != "meeting":
            del self.fields["ratified_in"]


class RecusalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("回避理由"),
        required=False,
        max_length=1_000,
        help_text=gettext_lazy("会公开，例如“与候选人同组”。"),
    )


class StatementForm(forms.Form):
    body = forms.CharField(
        label=gettext_lazy("发言"),
        max_length=LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("请写下您想说的话。")},
    )


def people_called(login: str) -> list[Person]:
    """People with that login, on any host or on the one written before it ("gitee:lin"); without any,
    those who had it before a rename."""
    host, colon, name = login.rpartition(":")
    accounts = Account.objects.alias(key=Lower("login")).filter(key=name.lower())
    if colon:
        accounts = accounts.filter(host=host.lower())
    people = list(Person.objects.filter(accounts__in=accounts).distinct())
    if people or colon:
        return people
    former = FormerLogin.objects.filter(login=name.lower())
    return list(Person.objects.filter(accounts__former_logins__in=former).distinct())


def _unknown_login(login: str) -> str:
    sentence = _(
        "没有找到账号“%(login)s”。请核对拼写；从未参与过本门户所收录仓库的人，请先让其登录一次。"
    ) % {"login": login}
    close = Account.objects.filter(Q(login__istartswith=login[:3]) | Q(person__name=login))
    names = list(close.exclude(login__contains="~").values_list("login", flat=True)[:SUGGESTIONS])
    if names:
        sentence += _("您要找的是 %(names)s 吗？") % {"names": _("、").join(names)}
    return sentence
