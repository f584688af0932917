"""The administrator's days move to the members' room, where promotions count working days too."""

from typing import Any

from django.db import migrations

FIELDS = ("day", "is_holiday", "name")


def move_down(apps: Any, schema_editor: Any) -> None:
    _copy(apps, schema_editor.connection.alias, "meetings", "members")


def move_up(apps: Any, schema_editor: Any) -> None:
    _copy(apps, schema_editor.connection.alias, "members", "meetings")


def _copy(apps: Any, alias: str, source: str, target: str) -> None:
    """A day that the target knows already stays as it is there."""
    old = apps.get_model(source, "DayOverride").objects.using(alias)
    new = apps.get_model(target, "DayOverride")
    rows = [new(**values) for values in old.order_by("day").values(*FIELDS)]
    new.objects.using(alias).bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial"), ("members", "0009_day_override")]

    operations = [
        migrations.RunPython(move_down, move_up),
        migrations.DeleteModel(name="DayOverride"),
    ]
