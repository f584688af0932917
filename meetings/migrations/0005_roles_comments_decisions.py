"""Who hosts and writes in turn, remarks on minutes, and numbered decisions."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_filled_agenda"),
        ("members", "0011_promotion_order"),
        ("reviews", "0009_fill_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="comments_close_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="征求意见截止"),
        ),
        migrations.AddField(
            model_name="meeting",
            name="host",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="hosted_meetings",
                to="members.person",
                verbose_name="主持人",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="scribe",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="scribed_meetings",
                to="members.person",
                verbose_name="记录人",
            ),
        ),
        migrations.AlterField(
            model_name="minutesrevision",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("comment", "征求意见"),
                    ("published", "已发布"),
                    ("amended", "已修订"),
                ],
                max_length=20,
                verbose_name="状态",
            ),
        ),
        migrations.CreateModel(
            name="MeetingDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="编号")),
                ("text", models.TextField(verbose_name="内容")),
                ("decided_at", models.DateTimeField(verbose_name="决定时间")),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="撤下时间"),
                ),
                (
                    "agenda_item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="decisions",
                        to="meetings.agendaitem",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="meetings.meeting",
                        verbose_name="例会",
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="meeting_decisions",
                        to="members.promotion",
                    ),
                ),
                (
                    "pull_request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="meeting_decisions",
                        to="reviews.pullrequest",
                    ),
                ),
                (
                    "sig",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meeting_decisions",
                        to="members.sig",
                        verbose_name="SIG",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="superseded_by",
                        to="meetings.meetingdecision",
                    ),
                ),
            ],
            options={
                "verbose_name": "会议决定",
                "verbose_name_plural": "会议决定",
                "ordering": ["sig", "-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sig", "number"), name="meetingdecision_sig_number_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MinutesComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "passage",
                    models.CharField(blank=True, max_length=500, verbose_name="针对的文字"),
                ),
                ("body", models.TextField(verbose_name="意见")),
                ("created_at", models.DateTimeField(verbose_name="提出时间")),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="撤回时间"),
                ),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="处理时间"),
                ),
                ("answer", models.TextField(blank=True, verbose_name="答复")),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="minutes_comments",
                        to="members.person",
                        verbose_name="成员",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="minutes_comments",
                        to="meetings.meeting",
                        verbose_name="例会",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="meetings.minutesrevision",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="settled_minutes_comments",
                        to="members.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "纪要意见",
                "verbose_name_plural": "纪要意见",
                "ordering": ["created_at", "id"],
                "indexes": [
                    models.Index(fields=["meeting", "created_at"], name="minutescomment_meeting")
                ],
            },
        ),
        migrations.CreateModel(
            name="RotationSeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "duty",
                    models.CharField(
                        choices=[("host", "主持人"), ("scribe", "记录人")],
                        max_length=10,
                        verbose_name="分工",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rotation_seats",
                        to="members.person",
                        verbose_name="成员",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rotation_seats",
                        to="meetings.series",
                        verbose_name="例会系列",
                    ),
                ),
            ],
            options={
                "verbose_name": "轮值",
                "verbose_name_plural": "轮值",
                "ordering": ["series", "duty", "position", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("series", "duty", "person"),
                        name="rotationseat_series_duty_person_unique",
                    )
                ],
            },
        ),
    ]
