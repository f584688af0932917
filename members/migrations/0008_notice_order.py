"""Lists of notices read in the order they were made; a skipped notice is one that was not sent, for any reason."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0007_identity")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "待发送"),
                    ("sent", "已发送"),
                    ("skipped", "未发送"),
                    ("failed", "发送失败"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["-made_at", "-id"], name="notice_made"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["state", "-made_at", "-id"], name="notice_state_made"),
        ),
    ]
