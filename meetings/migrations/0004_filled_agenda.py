"""What an agenda fills itself with, and when it was frozen and announced."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0003_calendar"),
        ("members", "0011_promotion_order"),
        ("reviews", "0009_fill_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="agendaitem",
            name="body_en",
            field=models.TextField(blank=True, verbose_name="英文说明"),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="changed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="改动时间"),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="is_lapsed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="is_retitled",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("promotion", "提名"),
                    ("rfc", "RFC"),
                    ("pulls", "等待评审的拉取请求"),
                    ("actions", "行动项"),
                    ("roles", "角色与职责"),
                ],
                max_length=20,
                verbose_name="来由",
            ),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="subject_key",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="title_en",
            field=models.CharField(blank=True, max_length=300, verbose_name="英文议题"),
        ),
        migrations.AddField(
            model_name="meeting",
            name="agenda_changed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="公布后改动时间"),
        ),
        migrations.AddField(
            model_name="meeting",
            name="frozen_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="议程公布时间"),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("subject_key", ""), _negated=True),
                fields=("meeting", "subject_key"),
                name="agendaitem_meeting_subject_unique",
            ),
        ),
    ]
