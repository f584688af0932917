"""Rows of the register for what was decided before there was one."""

from typing import Any

from django.db import migrations

from ledger.actions import DECIDING

# What an entry says of itself has one reading; `rebuild_register` makes the rows of a later one.
from ledger.register import facts_of, search_of
from ledger.succession import Line

CHUNK = 500


def fill(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    entries = apps.get_model("ledger", "Entry").objects.using(alias)
    model = apps.get_model("ledger", "RegisterRow")
    deciding = entries.filter(action__in=list(DECIDING)).order_by("seq")
    columns = {field.name for field in model._meta.get_fields()}
    line, number, after = Line(), 0, 0
    while chunk := list(deciding.filter(seq__gt=after)[:CHUNK]):
        rows = []
        for number, entry in enumerate(chunk, start=number + 1):
            former = line.enter(number, entry.action, entry.subject, entry.data)
            values = {**facts_of(entry), **search_of(entry), "supersedes": former}
            known = {name: value for name, value in values.items() if name in columns}
            rows.append(model(entry=entry, number=number, **known))
        model.objects.using(alias).bulk_create(rows)
        after = chunk[-1].seq
    for former, later in line.superseded_by.items():
        model.objects.using(alias).filter(number=former).update(superseded_by=later)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_register")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
