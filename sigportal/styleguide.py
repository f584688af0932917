"""What the page of all components shows: invented content only, so that it looks the same everywhere."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.charts import bar_chart

NOW = dt.datetime(2026, 12, 3, 8, 0, tzinfo=dt.UTC)
COUNTS = (31, 44, 12, 58, 73, 66, 90, 41, 0, 127, 84, 9)
TEXT = """
# 标题

一段文字，含 `code`、**强调** 与 [链接](https://example.org/)。

- 一项
  - 又一项

| 甲 | 乙 |
|---|---:|
| 一 | 1 |

```
$ manage.py import_charter README.md
```
"""


class Someone:
    """Enough of a person for a chip."""

    def __init__(self, name: str, login: str) -> None:
        self.name = name
        self.login = login
        self.nameless_login = ""


class SampleForm(forms.Form):
    title = forms.CharField(label=_("标题"), help_text=_("一句话说明。"))
    role = forms.ChoiceField(label=_("角色"), choices=[("c", "Committer"), ("m", "Maintainer")])
    choice = forms.ChoiceField(
        label=_("表决"), choices=[("1", _("赞成")), ("0", _("弃权"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("理由"), widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label=_("我已读过"), required=False)


def is_shown() -> bool:
    """Only where nobody takes invented content for the truth."""
    return bool(settings.DEBUG or settings.SAMPLE_DATA)


def context() -> dict[str, Any]:
    months = [(dt.date(2026, month, 1), count) for month, count in enumerate(COUNTS, start=1)]
    return {
        "now": NOW,
        "people": [Someone("李一鸣", "liyiming"), Someone("Ada Example", "ada-example")],
        "long_word": "a_" * 90,
        "sample_text": TEXT,
        "chart": bar_chart(months, today=NOW.date()),
        "form": SampleForm({"role": "c"}),
    }
