from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_mirror_in_depth")]

    operations = [
        migrations.AddField(
            model_name="resolution",
            name="token",
            field=models.UUIDField(blank=True, editable=False, null=True, unique=True),
        ),
    ]
