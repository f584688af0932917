"""The passages of minutes that were public before there were any."""

from typing import Any

from django.db import migrations
from django.db.models import Max

# The one way to split, fold and encode; should it ever change, a migration like this one follows.
from ledger.bigrams import fold, tokens_of
from meetings.passage import split

PUBLIC = ("published", "amended")


def fill(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    revisions = apps.get_model("meetings", "MinutesRevision").objects.using(alias)
    passages = apps.get_model("meetings", "MinutesPassage").objects.using(alias)
    public = revisions.filter(state__in=PUBLIC)
    newest = public.order_by().values("meeting").annotate(number=Max("number"))
    for row in newest.order_by("meeting").values("meeting", "number"):
        revision = revisions.select_related("meeting").get(**row)
        passages.filter(meeting=revision.meeting).delete()
        # The first one last, see meetings.models.passage.
        passages.bulk_create(
            [_row(passages.model, revision, one) for one in split(revision.body)][::-1]
        )


def _row(model: Any, revision: Any, passage: Any) -> Any:
    text = fold(f"{passage.heading} {passage.text}")
    return model(
        sig_id=revision.meeting.sig_id,
        meeting=revision.meeting,
        held_at=revision.meeting.starts_at,
        heading=passage.heading,
        name=passage.name,
        text=passage.text,
        search_text=text,
        search_tokens=" ".join(tokens_of(text)),
    )


class Migration(migrations.Migration):
    dependencies = [("meetings", "0008_minutes_passages")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
