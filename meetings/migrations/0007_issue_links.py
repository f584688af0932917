"""Agenda items and decisions may be about an issue (an RFC is one); years of decisions are found."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0006_minutes_offers"),
        ("reviews", "0009_fill_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="agendaitem",
            name="issue",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="agenda_items",
                to="reviews.issue",
            ),
        ),
        migrations.AddField(
            model_name="meetingdecision",
            name="issue",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="meeting_decisions",
                to="reviews.issue",
            ),
        ),
        migrations.AddIndex(
            model_name="meetingdecision",
            index=models.Index(fields=["sig", "decided_at"], name="meetingdecision_sig_decided"),
        ),
    ]
