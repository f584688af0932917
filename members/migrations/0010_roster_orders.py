"""Every list of terms and leaves is read in an order an index has."""

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0009_day_override"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="leave",
            index=models.Index(fields=["sig", "-started_on", "-id"], name="leave_sig_started"),
        ),
        migrations.AddIndex(
            model_name="roleterm",
            index=models.Index(fields=["sig", "-ended_on", "-id"], name="roleterm_sig_ended"),
        ),
        migrations.AddIndex(
            model_name="roleterm",
            index=models.Index(
                models.F("sig"),
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce("ended_on", "started_on"),
                    descending=True,
                ),
                models.OrderBy(models.F("id"), descending=True),
                name="roleterm_sig_changed",
            ),
        ),
    ]
