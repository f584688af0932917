"""Fills in when issues mirrored by the last release were first answered; later syncs keep it true."""

from django.db import migrations
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Lower

# As in reviews.verdict when this was written.
BOTS = ["i-robot", "mindspore-ci-bot", "mindspore-bot"]


def fill(apps, schema_editor):
    comment, issue = apps.get_model("reviews", "Comment"), apps.get_model("reviews", "Issue")
    answers = (
        comment.objects.filter(
            repository=OuterRef("repository"), kind="issue", number=OuterRef("number")
        )
        .annotate(login=Lower("author_login"))
        .exclude(Q(login="") | Q(login__in=BOTS) | Q(login=Lower(OuterRef("author_login"))))
        .order_by("created_at")
    )
    issue.objects.filter(answered_at=None).update(
        answered_at=Subquery(answers.values("created_at")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0008_judging_basis")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
