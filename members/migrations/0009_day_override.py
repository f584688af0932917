"""Deadlines of promotions count working days too: the administrator's days move here, see meetings.0002."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0008_notice_order")]

    operations = [
        migrations.CreateModel(
            name="DayOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="日期")),
                ("is_holiday", models.BooleanField(verbose_name="放假")),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="名称")),
            ],
            options={
                "verbose_name": "日历调整",
                "verbose_name_plural": "日历调整",
                "ordering": ["day"],
            },
        ),
    ]
