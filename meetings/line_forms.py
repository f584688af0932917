"""Forms beside the minutes: a decision or an action item, noted without knowing how it is written."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Person

from .forms import DayField, PersonField
from .models import AgendaItem, Meeting, MeetingDecision

LONGEST = 1000
NUMBER = re.compile(r"(?:D\s*-?\s*)?([0-9]{1,9})", re.IGNORECASE)


class ItemField(forms.ModelChoiceField):
    """One of the standing agenda items, in the language of the page."""

    def label_from_instance(self, obj: AgendaItem) -> str:
        return obj.local_title


class LineForm(forms.Form):
    """What both have: the words, and the agenda item they belong to."""

    text = forms.CharField(label=gettext_lazy("内容"), max_length=LONGEST)
    item = ItemField(
        label=gettext_lazy("议题"),
        queryset=AgendaItem.objects.none(),
        required=False,
        empty_label=gettext_lazy("不属于某一议题"),
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        if isinstance(field := self.fields["item"], ItemField):
            items = meeting.agenda_items.filter(withdrawn_at=None)
            field.queryset = items.select_related("meeting")


class DecisionLineForm(LineForm):
    """`supersedes` is a number, written 3 or D-3."""

    supersedes = forms.CharField(
        label=gettext_lazy("取代哪一条决定"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("编号，例如 D-3；没有就留空。"),
    )

    def clean_supersedes(self) -> int | None:
        written = self.cleaned_data["supersedes"].strip()
        if not written:
            return None
        match = NUMBER.fullmatch(written)
        if match is None:
            raise forms.ValidationError(_("请填写编号，例如 D-3。"))
        number = int(match[1])
        rows = MeetingDecision.objects.filter(sig=self.meeting.sig_id, number=number)
        if not rows.exists():
            raise forms.ValidationError(_("没有编号为 D-%(number)d 的决定。") % {"number": number})
        return number


class ActionLineForm(LineForm):
    """`likely` people to choose from, or anybody else by login."""

    owner = forms.ChoiceField(label=gettext_lazy("负责人"), required=False)
    other = PersonField(label=gettext_lazy("其他负责人的账号"), required=False)
    due_on = DayField(label=gettext_lazy("期限"), required=False)

    def __init__(self, *args: Any, likely: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.likely = {str(person.pk): person for person in likely}
        choices = [(pk, f"{one.name} ({one.login})") for pk, one in self.likely.items()]
        if isinstance(field := self.fields["owner"], forms.ChoiceField):
            field.choices = [("", _("未指定，或在下面填写账号")), *choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen, other = self.likely.get(data.get("owner") or ""), data.pop("other", None)
        if chosen and other and chosen != other:
            raise forms.ValidationError(_("负责人只能有一位：请只选一位，或只填一个账号。"))
        data["owner"] = chosen or other
        return data


def line_forms(meeting: Meeting, likely: Sequence[Person]) -> dict[str, LineForm]:
    """Both, empty, under the names by which the page shows them."""
    return {
        "decision_form": DecisionLineForm(meeting=meeting, auto_id="decision_%s"),
        "action_form": ActionLineForm(meeting=meeting, likely=likely, auto_id="action_%s"),
    }
