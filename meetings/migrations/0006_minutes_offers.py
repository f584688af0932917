"""Offers of minutes that were taken back, and what became of each remark."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0005_roles_comments_decisions")]

    operations = [
        migrations.AddField(
            model_name="minutescomment",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[("accepted", "已采纳"), ("declined", "不采纳")],
                max_length=10,
                verbose_name="处理结果",
            ),
        ),
        migrations.AddField(
            model_name="minutesrevision",
            name="taken_back_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="收回时间"),
        ),
    ]
