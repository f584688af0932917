import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0006_file_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="joined_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="归入时间"),
        ),
        migrations.CreateModel(
            name="Likeness",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("asked", "申请合并"), ("different", "不是同一人")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="说明")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="members.person",
                        verbose_name="记录人",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.person",
                        verbose_name="成员",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.person",
                        verbose_name="成员",
                    ),
                ),
            ],
            options={
                "verbose_name": "疑似重复的成员",
                "verbose_name_plural": "疑似重复的成员",
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("first", "second"), name="likeness_pair_unique"
                    ),
                    models.CheckConstraint(
                        condition=Q(("first__lt", F("second"))), name="likeness_in_order"
                    ),
                ],
            },
        ),
    ]
