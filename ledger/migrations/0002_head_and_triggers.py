"""The head's row, and the triggers that make the table append-only."""

from django.db import migrations

from ledger import triggers
from ledger.canonical import GENESIS


def create_head(apps, schema_editor):
    apps.get_model("ledger", "Head").objects.create(pk=1, seq=0, hash=GENESIS)


def create_triggers(apps, schema_editor):
    triggers.create(schema_editor.connection)


def drop_triggers(apps, schema_editor):
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunPython(create_head, migrations.RunPython.noop),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
