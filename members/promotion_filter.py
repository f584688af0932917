"""What the list of promotions can be narrowed by: one address for the page, the CSV and the feed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .address_filter import AddressFilter
from .known_as import accounts_known_as, key_of
from .models import Promotion, RoleTerm

ALL = ("", gettext_lazy("全部"))
OPEN = "open"


class PromotionFilter(AddressFilter):
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
