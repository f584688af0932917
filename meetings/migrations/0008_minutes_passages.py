"""What a search over minutes looks through, and on PostgreSQL the index from tokens to rows."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# The expression stands letter for letter in ledger.token_index.HasTokens. A short pending list: it is
# read whole by every search.
CREATE = (
    "CREATE INDEX minutespassage_tokens ON meetings_minutespassage"
    " USING gin (string_to_array(search_tokens, ' ')) WITH (gin_pending_list_limit = 512)"
)


def create_token_index(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop_token_index(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX minutespassage_tokens")


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0007_issue_links"),
        ("members", "0011_promotion_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="MinutesPassage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("held_at", models.DateTimeField(verbose_name="开始")),
                ("heading", models.TextField(blank=True, verbose_name="标题")),
                ("name", models.CharField(blank=True, max_length=100)),
                ("text", models.TextField(verbose_name="内容")),
                ("search_text", models.TextField(blank=True, default="", editable=False)),
                ("search_tokens", models.TextField(blank=True, default="", editable=False)),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passages",
                        to="meetings.meeting",
                        verbose_name="例会",
                    ),
                ),
                (
                    "sig",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.sig",
                        verbose_name="SIG",
                    ),
                ),
            ],
            options={
                "verbose_name": "纪要段落",
                "verbose_name_plural": "纪要段落",
                "ordering": ["-held_at", "-id"],
                "indexes": [
                    models.Index(fields=["sig", "-held_at", "-id"], name="minutespassage_sig_held"),
                    models.Index(fields=["-held_at", "-id"], name="minutespassage_held"),
                ],
            },
        ),
        migrations.RunPython(create_token_index, drop_token_index),
    ]
