"""Exceptions in order of their merge, and whether anything was judged since the figures were kept."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("reviews", "0006_fill_search")]

    operations = [
        migrations.AddIndex(
            model_name="pullrequest",
            index=models.Index(
                fields=["repository", "verdict", "-merged_at", "-id"],
                condition=Q(state="merged", verdict__in=["unmet", "unknown"]),
                name="pull_repo_exceptions",
            ),
        ),
        migrations.AddIndex(
            model_name="pullrequest",
            index=models.Index(
                fields=["repository", "-judged_at"],
                condition=Q(judged_at__isnull=False),
                name="pull_repo_judged",
            ),
        ),
    ]
