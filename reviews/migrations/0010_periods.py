"""What came, and what was closed unmerged, in a period: for the digest between two meetings."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("reviews", "0009_fill_answers")]

    operations = [
        migrations.AddIndex(
            model_name="pullrequest",
            index=models.Index(fields=["repository", "created_at"], name="pull_repo_created"),
        ),
        migrations.AddIndex(
            model_name="pullrequest",
            index=models.Index(
                fields=["repository", "closed_at"],
                condition=Q(state="closed"),
                name="pull_repo_closed",
            ),
        ),
    ]
