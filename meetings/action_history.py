"""What became of an action item, read from the public record."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Entry

from . import history
from .models import ActionItem

WORDS = {
    "action.added": gettext_lazy("提出"),
    "action.changed": gettext_lazy("更新"),
    "action.done": gettext_lazy("完成"),
    "action.dropped": gettext_lazy("不再跟进"),
}


def of(item: ActionItem) -> list[history.Event]:
    return history.of(f"action:{item.pk}", WORDS, _details)


def _details(entry: Entry) -> str:
    changes = entry.data.get("changes") or {}
    names = {"owner": _("负责人"), "due_on": _("期限")}
    return _("；").join(
        _("%(name)s：%(old)s → %(new)s")
        % {"name": names.get(name, name), "old": _value(old), "new": _value(new)}
        for name, (old, new) in sorted(changes.items())
    )


def _value(value: str) -> str:
    return value.removeprefix("person:") or _("无")
