"""Columns to search by, the orders that lists need, and on PostgreSQL the index from tokens to rows."""

from typing import Any

from django.db import migrations, models

# The expression stands letter for letter in ledger.token_index.HasTokens. A short pending list: it is
# read whole by every search.
CREATE = (
    "CREATE INDEX {table}_tokens ON reviews_{table} USING gin (string_to_array(search_tokens, ' '))"
    " WITH (gin_pending_list_limit = 512)"
)
TABLES = ("pullrequest", "issue")


def create_token_indexes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(CREATE.format(table=table))


def drop_token_indexes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP INDEX {table}_tokens")


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_promotions_in_depth"),
        ("reviews", "0004_webhook_leases"),
    ]

    operations = [
        migrations.AddField(
            model_name="issue",
            name="search_text",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="issue",
            name="search_tokens",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="pullrequest",
            name="search_text",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="pullrequest",
            name="search_tokens",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                fields=["author", "-created_at", "-id"], name="issue_author_created"
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(fields=["-created_at", "-id"], name="issue_created"),
        ),
        migrations.AddIndex(
            model_name="pullrequest",
            index=models.Index(fields=["-updated_at", "-id"], name="pull_updated"),
        ),
        migrations.AddIndex(
            model_name="pullrequest",
            index=models.Index(
                condition=models.Q(("merged_at__isnull", False)),
                fields=["-merged_at", "-id"],
                name="pull_merged",
            ),
        ),
        migrations.AddIndex(
            model_name="pullrequest",
            index=models.Index(
                condition=models.Q(("merged_at__isnull", False)),
                fields=["author", "-merged_at", "-id"],
                name="pull_author_merged",
            ),
        ),
        migrations.RunPython(create_token_indexes, drop_token_indexes),
    ]
