"""Forms by which people say who is who: an account of somebody's, another row of the same human, a reason."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .forms import people_called
from .models import Account, Person

HOSTS = {
    "gitee": "Gitee",
    "gitcode": "GitCode / AtomGit",
    "github": "GitHub",
    Account.GIT: gettext_lazy("git 提交署名"),
}
LOGIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def host_choices() -> list[tuple[str, Any]]:
    """Hosts that are mirrored, and those on which people are known besides."""
    return [(host, HOSTS.get(host, host)) for host in dict.fromkeys([*settings.CODE_HOSTS, *HOSTS])]


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("依据"),
        max_length=2000,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AccountForm(forms.Form):
    """One more login of a person's."""

    host = forms.ChoiceField(label=gettext_lazy("代码平台"), choices=host_choices)
    login = forms.CharField(
        label=gettext_lazy("账号"),
        max_length=200,
        help_text=gettext_lazy("大小写不限。选“git 提交署名”时填写提交里的姓名。"),
        widget=forms.TextInput(attrs=LOGIN),
    )
    reason = _reason(gettext_lazy("凭什么知道这是同一人，例如本人在例会上说明。会公开。"))

    def clean_login(self) -> str:
        login: str = self.cleaned_data["login"].strip().removeprefix("@")
        is_name = self.data.get("host") == Account.GIT
        # "~" marks a login that changed hands, see members.people.
        if not login or (not is_name and any(sign in login for sign in " /~?#")):
            raise forms.ValidationError(_("账号里不能有空格、斜线和“~”。"))
        return login


class ReasonForm(forms.Form):
    reason = _reason(gettext_lazy("凭什么这样判断。会公开。"))


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=2000, required=False, widget=forms.TextInput
    )


class OtherForm(forms.Form):
    """Another person by one of their logins; `cleaned_data["person"]` is whom it names."""

    other = forms.CharField(
        label=gettext_lazy("另一位成员的账号"),
        max_length=210,
        help_text=gettext_lazy("例如 lin-bert；几个平台上同名时写明平台，例如 gitcode:lin-bert。"),
        widget=forms.TextInput(attrs=LOGIN),
    )

    def clean_other(self) -> str:
        text: str = self.cleaned_data["other"].strip().removeprefix("@")
        people = [person for person in _called(text) if person.merged_into_id is None]
        if not people:
            raise forms.ValidationError(_("没有找到账号“%(login)s”。") % {"login": text})
        if len(people) > 1:
            raise forms.ValidationError(
                _("几个代码平台上都有这个账号，请写明平台，例如 gitcode:%(login)s。")
                % {"login": text}
            )
        self.cleaned_data["person"] = people[0]
        return text


class AskForm(OtherForm):
    note = _reason(gettext_lazy("为什么那也是您。会公开，供 Maintainer 判断。"))


def _called(text: str) -> list[Person]:
    number = text.removeprefix("person-")
    if text.startswith("person-") and number.isascii() and number.isdigit() and len(number) < 19:
        return list(Person.objects.filter(pk=int(number)))
    return people_called(text)
