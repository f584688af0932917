"""The register's index: a row a decision, and on PostgreSQL the index from tokens to rows."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# The expression stands letter for letter in ledger.token_index.HasTokens. A short pending list: it is
# read whole by every search.
CREATE = (
    "CREATE INDEX register_tokens ON ledger_registerrow"
    " USING gin (string_to_array(search_tokens, ' ')) WITH (gin_pending_list_limit = 512)"
)


def create_token_index(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop_token_index(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX register_tokens")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_index_by_sig")]

    operations = [
        migrations.CreateModel(
            name="RegisterRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(unique=True, verbose_name="登记号")),
                ("group", models.CharField(max_length=20, verbose_name="类别")),
                ("sig", models.CharField(blank=True, max_length=100, verbose_name="SIG")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("subject", models.CharField(max_length=200, verbose_name="对象")),
                ("key", models.CharField(blank=True, max_length=200)),
                ("supersedes", models.PositiveBigIntegerField(null=True, verbose_name="取代")),
                ("superseded_by", models.PositiveBigIntegerField(null=True, verbose_name="被取代")),
                ("search_text", models.TextField(editable=False)),
                ("search_tokens", models.TextField(editable=False)),
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="register_row",
                        to="ledger.entry",
                        verbose_name="记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "登记",
                "verbose_name_plural": "决议登记",
                "ordering": ["-number"],
                "indexes": [
                    models.Index(fields=["group", "-number"], name="register_group"),
                    models.Index(fields=["sig", "-number"], name="register_sig"),
                    models.Index(fields=["year", "-number"], name="register_year"),
                    models.Index(
                        condition=models.Q(("superseded_by__isnull", False)),
                        fields=["-number"],
                        name="register_superseded",
                    ),
                    models.Index(fields=["key", "-number"], name="register_key"),
                ],
            },
        ),
        # A SIG's newest decisions come from the register now.
        migrations.RemoveIndex(model_name="entry", name="ledger_sig_seq"),
        migrations.RunPython(create_token_index, drop_token_index),
    ]
