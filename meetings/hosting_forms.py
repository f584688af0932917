"""Forms by which a meeting's host and scribe are named or relieved, and people join a rotation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Person

from .forms import PersonField
from .models import Meeting, RotationSeat

# What is chosen instead of a person.
NOBODY, BY_TURN = "", "turn"


class NameForm(forms.Form):
    """Who hosts or writes one meeting; `candidates` are whom the page offers."""

    person = forms.ChoiceField(required=False)
    reason = forms.CharField(label=_("理由"), required=False, max_length=300)

    def __init__(
        self, *args: Any, meeting: Meeting, duty: str, candidates: list[Person], **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"auto_id": f"{duty}_%s", **kwargs})
        self.people = {str(person.pk): person for person in candidates}
        field = self.fields["person"]
        field.label = RotationSeat.Duty(duty).label
        turn = [(BY_TURN, _("按轮值安排"))] if meeting.series_id else []
        named = [(key, f"{one.name} ({one.login})") for key, one in self.people.items()]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(NOBODY, _("暂不指定")), *turn, *named]
        self.fields["reason"].help_text = _("会写入公开记录。")

    @property
    def chosen(self) -> Person | None:
        """Needs a valid form; None for nobody, and where the rotation is to choose."""
        return self.people.get(self.cleaned_data["person"])

    @property
    def is_by_turn(self) -> bool:
        return bool(self.cleaned_data["person"] == BY_TURN)


class GiveBackForm(forms.Form):
    reason = forms.CharField(label=_("不便的原因"), max_length=300, help_text=_("会写入公开记录。"))

    def __init__(self, *args: Any, duty: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{duty}_back_%s", **kwargs})


class SeatForm(forms.Form):
    """Somebody joins a list of the series."""

    person = PersonField(
        label=_("账号"), help_text=_("在本 SIG 有角色的成员的账号，加在名单末尾。")
    )

    def __init__(self, *args: Any, duty: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{duty}_seat_%s", **kwargs})
        self.fields["person"].widget.attrs["list"] = "members"
