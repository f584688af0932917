"""Whether a person chose who hosts and writes, since when, and who cannot this time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0009_fill_passages"),
    ]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="host_by_hand",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="meeting",
            name="host_named_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="主持人指定时间"),
        ),
        migrations.AddField(
            model_name="meeting",
            name="passed_by",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="meeting",
            name="scribe_by_hand",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="meeting",
            name="scribe_named_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="记录人指定时间"),
        ),
    ]
