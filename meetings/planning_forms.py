"""Forms by which Maintainers call extra meetings and set the rule of a series."""

import zoneinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import DayField
from .models import Meeting, Series
from .recurrence import BadRule, check, instant


class ZoneField(forms.CharField):
    """The name of a time zone of the tz database, in any letter case."""

    widget = forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"})

    def clean(self, value: Any) -> str:
        name = str(super().clean(value))
        known = known_zones().get(name.casefold(), "") if name else ""
        if name and not known:
            raise forms.ValidationError(_("没有名为“%(name)s”的时区。"), params={"name": name})
        return known


@lru_cache(maxsize=1)
def known_zones() -> dict[str, str]:
    """The zones' names by themselves in lower case; those that only name an offset are left out."""
    names = zoneinfo.available_timezones()
    return {name.casefold(): name for name in sorted(names) if "/" in name or name == "UTC"}


class ExtraForm(forms.Form):
    """A meeting outside any series."""

    kind = forms.ChoiceField(
        label=_("种类"),
        choices=[one for one in Meeting.Kind.choices if one[0] != Meeting.Kind.REGULAR],
    )
    title = forms.CharField(label=_("标题"), max_length=200)
    title_en = forms.CharField(label=_("英文标题"), required=False, max_length=200)
    day = DayField(label=_("日期"))
    clock = forms.TimeField(label=_("时刻"), widget=forms.TimeInput(attrs={"type": "time"}))
    duration_min = forms.IntegerField(
        label=_("时长（分钟）"), min_value=5, max_value=1440, initial=60
    )
    venue_url = forms.CharField(
        label=_("会议链接或地点"),
        required=False,
        max_length=500,
        help_text=_("不填写时使用 SIG 的会议链接。"),
    )

    def values(self, zone: ZoneInfo) -> dict[str, Any]:
        """The keywords of schedule.add. Needs a valid form."""
        data = dict(self.cleaned_data)
        starts_at = instant(data.pop("day"), data.pop("clock"), zone)
        return {**data, "starts_at": starts_at}


class SeriesForm(forms.Form):
    """The rule of a series; what it means is previewed on the page before it is saved."""

    name = forms.CharField(label=_("名称"), max_length=200)
    rrule = forms.CharField(
        label=_("重复规则"),
        max_length=200,
        help_text=_(
            "iCalendar 的 RRULE，例如 FREQ=MONTHLY;BYDAY=1TH 表示每月第一个星期四，FREQ=WEEKLY;BYDAY=TU 表示每个星期二。"
        ),
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false"}),
    )
    starts_on = DayField(label=_("首次日期"))
    start_time = forms.TimeField(
        label=_("开始时刻"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    duration_min = forms.IntegerField(label=_("时长（分钟）"), min_value=5, max_value=1440)
    time_zone = ZoneField(
        label=_("时区"), max_length=64, help_text=_("例如 Asia/Shanghai。开始时刻按这个时区计。")
    )
    venue_url = forms.CharField(label=_("会议链接"), required=False, max_length=500)
    holiday_rule = forms.ChoiceField(
        label=_("遇到公众假期"),
        choices=Series.HolidayRule.choices,
        help_text=_("只是建议，由 Maintainer 或 Committer 决定，不会自动改期。"),
    )
    is_active = forms.BooleanField(
        label=_("启用"),
        required=False,
        help_text=_("停用后不再安排新的例会，已安排的不变。"),
    )

    def clean_rrule(self) -> str:
        text = str(self.cleaned_data["rrule"]).strip().removeprefix("RRULE:")
        try:
            check(text)
        except BadRule as error:
            raise forms.ValidationError(
                _("这条规则无法识别：%(why)s"), params={"why": str(error)}
            ) from error
        return text


def initial_of_series(series: Series) -> dict[str, Any]:
    return {name: getattr(series, name) for name in SeriesForm.base_fields}
