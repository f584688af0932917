"""Forms of minutes that are offered for comment: the offer, remarks on it, and their answers."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .commenting import LENGTH, PASSAGE_LENGTH
from .forms import DayField, PublishForm, TextField
from .minutes_page import MinutesPage
from .models import Meeting, MinutesComment
from .offering import days_open, usual_day


class OfferForm(forms.Form):
    """`expected` is the number of the revision that is offered for comment."""

    expected = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    until = DayField(label=_("意见截止日期"), help_text=_("到这一天结束为止，最长三十天。"))


class TakeBackForm(forms.Form):
    reason = forms.CharField(label=_("收回理由"), max_length=500)


class RemarkForm(forms.Form):
    passage = TextField(
        label=_("针对的文字"),
        required=False,
        max_length=PASSAGE_LENGTH,
        help_text=_("从征求意见稿中复制；不填则针对全文。"),
    )
    body = TextField(label=_("意见"), max_length=LENGTH, help_text=_("Markdown 格式，立即公开。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passage"].widget.attrs["rows"] = 2
        self.fields["body"].widget.attrs["rows"] = 5


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("处理结果"), choices=MinutesComment.Outcome.choices, widget=forms.RadioSelect
    )
    answer = TextField(
        label=_("答复"),
        required=False,
        max_length=LENGTH,
        help_text=_("Markdown 格式；不采纳时必须写明理由。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].widget.attrs["rows"] = 3


def forms_of(meeting: Meeting, page: MinutesPage, at: dt.datetime) -> dict[str, forms.Form]:
    """Forms of the next steps of a meeting's minutes, for a reader who may take them."""
    found: dict[str, forms.Form] = {}
    numbered = {"expected": page.revision.number if page.revision else 0}
    if page.may_offer:
        initial = {**numbered, "until": usual_day(meeting, at)}
        found["offer_form"] = OfferForm(initial=initial, auto_id="offer_%s")
        first, last = days_open(meeting, at)
        bounds = {"min": first.isoformat(), "max": last.isoformat()}
        found["offer_form"].fields["until"].widget.attrs.update(bounds)
    if page.may_take_back:
        found["take_back_form"] = TakeBackForm(auto_id="take_back_%s")
    if page.may_publish:
        found["publish_form"] = PublishForm(initial=numbered, auto_id="publish_%s")
    return found
