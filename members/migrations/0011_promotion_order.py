"""An index for the order of the list of promotions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0010_roster_orders")]

    operations = [
        migrations.AddIndex(
            model_name="promotion",
            index=models.Index(
                fields=["sig", "-nominated_at", "-id"], name="promotion_sig_nominated"
            ),
        ),
    ]
