"""Kinds of meetings, holiday rules of series, changes of action items, and calendars of one's own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0002_day_override_moves"),
        ("members", "0011_promotion_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonalCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="建立时间")),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="停用时间"),
                ),
            ],
            options={
                "verbose_name": "个人日历地址",
                "verbose_name_plural": "个人日历地址",
            },
        ),
        migrations.AddField(
            model_name="actionitem",
            name="changed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="变更时间"),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="sequence",
            field=models.PositiveIntegerField(default=0, verbose_name="日历版本"),
        ),
        migrations.AddField(
            model_name="meeting",
            name="dropped_by_series",
            field=models.BooleanField(default=False, verbose_name="因系列规则变更取消"),
        ),
        migrations.AddField(
            model_name="meeting",
            name="kind",
            field=models.CharField(
                choices=[
                    ("regular", "例会"),
                    ("rfc_review", "RFC 评审"),
                    ("talk", "技术分享"),
                    ("meetup", "线下聚会"),
                    ("other", "其他会议"),
                ],
                default="regular",
                max_length=20,
                verbose_name="种类",
            ),
        ),
        migrations.AddField(
            model_name="series",
            name="holiday_rule",
            field=models.CharField(
                choices=[
                    ("next_week", "顺延到下一个不放假的同一星期几"),
                    ("next_working_day", "顺延到下一个工作日"),
                    ("cancel", "建议取消这一次"),
                ],
                default="next_week",
                max_length=20,
                verbose_name="遇到公众假期",
            ),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(
                fields=["owner", "state", "due_on"], name="actionitem_owner_state_due"
            ),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(fields=["owner", "-closed_at"], name="actionitem_owner_closed"),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(fields=["state", "due_on"], name="actionitem_state_due"),
        ),
        migrations.AddField(
            model_name="personalcalendar",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="personal_calendars",
                to="members.person",
                verbose_name="成员",
            ),
        ),
    ]
