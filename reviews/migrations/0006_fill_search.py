"""The search columns of rows that were stored before there were any."""

from typing import Any

from django.db import migrations

# The one encoding of tokens; should it ever change, a migration like this one follows.
from ledger.bigrams import exact_token, fold, tokens_of

CHUNK = 500


def fill(apps: Any, schema_editor: Any) -> None:
    for name in ("PullRequest", "Issue"):
        _fill(apps.get_model("reviews", name).objects.using(schema_editor.connection.alias))


def _fill(rows: Any) -> None:
    after = 0
    while chunk := list(rows.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        for row in chunk:
            _tell(row)
        rows.bulk_update(chunk, ["search_text", "search_tokens"], batch_size=CHUNK)
        after = chunk[-1].pk


def _tell(row: Any) -> None:
    named = row.title if isinstance(row.number, int) else f"#{row.number} {row.title}"
    exact = [("lb", label) for label in row.labels]
    exact += [("ms", row.milestone), ("as", getattr(row, "assignee_login", ""))]
    exact += [("no", str(row.number))]
    row.search_text = fold(f"{named} {row.author_login}")
    tokens = [exact_token(kind, value) for kind, value in exact if value]
    row.search_tokens = " ".join(dict.fromkeys([*tokens, *tokens_of(row.search_text)]))


class Migration(migrations.Migration):
    dependencies = [("reviews", "0005_find_in_lists")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
