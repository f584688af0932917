"""A whole portal's rows as one small file, so that a release can be tried on what an older one left.

A file is made with the older release's code on a portal of invented people, by
`python manage.py shell` and `write_file(PATH)` of this module; it stands for that release for ever.
Its form: `{"migrations": [[app, name], …], "tables": {"app.Model": {"columns": […], "rows": [[…], …]}}}`,
dates and times as ISO 8601, no passwords that work.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.apps import apps as current_apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

OURS = ("ledger", "meetings", "members", "reviews")
# What Django makes anew, and what nobody keeps.
LEFT_OUT = ("admin", "contenttypes", "sessions", "auth.Permission", "auth.Group")


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def write_file(path: Path) -> None:
    """Everything the database holds, one line a row, in the order of primary keys."""
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    migrations = ",\n".join(json.dumps(node) for node in applied if node[0] in OURS)
    tables = ",\n".join(_table(model) for model in _kept_models() if model._base_manager.exists())
    path.write_text(f'{{"migrations": [\n{migrations}\n],\n"tables": {{\n{tables}\n}}}}\n', "utf-8")


def _kept_models() -> list[type[models.Model]]:
    every = current_apps.get_models(include_auto_created=True)
    return [model for model in every if not model._meta.label.startswith(LEFT_OUT)]


def _table(model: type[models.Model]) -> str:
    columns = [field.attname for field in model._meta.concrete_fields]
    stored = model._base_manager.order_by("pk").values_list(*columns)
    rows = ",\n".join(_line([plain(value) for value in row]) for row in stored)
    return f'"{model._meta.label}": {{"columns": {_line(columns)}, "rows": [\n{rows}\n]}}'


def _line(values: list[Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


def plain(value: Any) -> Any:
    """As the file has it. JSON of the database stays what it is."""
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def load(portal: dict[str, Any]) -> None:
    """Bring an empty database to the release of the file, and its rows into it."""
    executor = MigrationExecutor(connection)
    old = dict(portal["migrations"])
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in OURS]
    targets = [*others, *old.items()]
    executor.migrate(targets)
    apps = executor.loader.project_state(targets).apps
    named = {label: apps.get_model(label) for label in portal["tables"]}
    # Foreign keys are looked at when the transaction ends, on either engine.
    with transaction.atomic():
        for label, model in named.items():
            _insert(model, **portal["tables"][label])
    _count_on_from_the_last(list(named.values()))


def _insert(model: type[models.Model], columns: list[str], rows: list[list[Any]]) -> None:
    if model._base_manager.exists():  # a row that a migration makes
        model._base_manager.all().delete()
    fields = {field.attname: field for field in model._meta.concrete_fields}
    for field in fields.values():
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            # Only in this copy of the model: the row has its time already.
            field.auto_now = field.auto_now_add = False  # type: ignore[attr-defined]
    model._base_manager.bulk_create(
        model(
            **{
                name: fields[name].to_python(value)
                for name, value in zip(columns, row, strict=True)
            }
        )
        for row in rows
    )


def _count_on_from_the_last(named: list[type[models.Model]]) -> None:
    """Rows came with their numbers: PostgreSQL does not count those by itself."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), named):
            cursor.execute(statement)
