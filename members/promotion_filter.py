"""What the list of promotions can be narrowed by: one address for the page, the CSV and the feed."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .known_as import accounts_known_as, key_of
from .models import Promotion, RoleTerm

ALL = ("", gettext_lazy("全部"))
OPEN = "open"


class PromotionFilter(forms.Form):
    """Every field is optional; an invalid value is told at its field, and nothing is listed."""

    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[ALL, (OPEN, gettext_lazy("进行中")), *Promotion.State.choices],
    )
    role = forms.ChoiceField(
        label=gettext_lazy("角色"), required=False, choices=[ALL, *RoleTerm.Role.choices]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("种类"), required=False, choices=[ALL, *Promotion.Kind.choices]
    )
    person = forms.CharField(
        label=gettext_lazy("候选人账号"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_person(self) -> list[int]:
        """The people who have, or had, the login on any host; empty when none is asked for."""
        login = self.cleaned_data["person"]
        if not login:
            return []
        accounts = accounts_known_as([login]).get(key_of(login), [])
        if not accounts:
            text = _("没有账号为“%(login)s”的成员。") % {"login": login}
            raise ValidationError(text)
        return sorted({account.person_id for account in accounts})

    def apply(self, rows: QuerySet[Promotion]) -> QuerySet[Promotion]:
        """The rows asked for; none when the address is invalid."""
        if not self.is_valid():
            return rows.none()
        asked: dict[str, Any] = self.cleaned_data
        if asked["state"] == OPEN:
            rows = rows.filter(state__in=Promotion.OPEN_STATES)
        elif asked["state"]:
            rows = rows.filter(state=asked["state"])
        for name in ("role", "kind"):
            if asked[name]:
                rows = rows.filter(**{name: asked[name]})
        return rows.filter(person__in=asked["person"]) if asked["person"] else rows

    @property
    def is_narrowed(self) -> bool:
        """Whether the address asks for anything, valid or not."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def address(self) -> str:
        """The filter as the query of an address, without page marks and empty fields."""
        asked = {name: self.data.get(name) for name in self.fields}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def complaint(self) -> str:
        """What is wrong with the address, a line for each field, for those who see no form."""
        return "\n".join(
            f"{name}: {' '.join(map(str, errors))}" for name, errors in self.errors.items()
        )
