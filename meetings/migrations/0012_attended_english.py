"""Attendance counted before says the English title of its meeting too."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    meetings = apps.get_model("meetings", "Meeting").objects.exclude(title_en="")
    attended = apps.get_model("members", "Contribution").objects.filter(kind="meeting_attended")
    for pk, title_en in meetings.values_list("pk", "title_en").iterator():
        attended.filter(source__startswith=f"meeting:{pk}:").update(title_en=title_en)


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0011_reopened_agenda"),
        ("members", "0014_contribution_english"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
