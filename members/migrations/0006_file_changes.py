import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0005_voting"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="chartersource",
            options={
                "ordering": ["kind", "repository", "path"],
                "verbose_name": "章程文件",
                "verbose_name_plural": "章程文件",
            },
        ),
        migrations.RemoveConstraint(
            model_name="chartersource",
            name="chartersource_sig_kind_unique",
        ),
        migrations.AddField(
            model_name="chartersource",
            name="text",
            field=models.TextField(blank=True, verbose_name="原文"),
        ),
        migrations.AddField(
            model_name="filechange",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="要求提交"),
        ),
        migrations.AddField(
            model_name="filechange",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.person",
                verbose_name="提交人",
            ),
        ),
        migrations.AddField(
            model_name="filechange",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数"),
        ),
        migrations.AddField(
            model_name="filechange",
            name="base_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="filechange",
            name="next_try_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="下次尝试"),
        ),
        migrations.AddField(
            model_name="sig",
            name="charter_folder",
            field=models.CharField(blank=True, max_length=200, verbose_name="章程所在目录"),
        ),
        migrations.AddField(
            model_name="sig",
            name="charter_repository",
            field=models.CharField(blank=True, max_length=420, verbose_name="章程所在仓库"),
        ),
        migrations.AddConstraint(
            model_name="chartersource",
            constraint=models.UniqueConstraint(
                fields=("sig", "kind", "repository", "path"), name="chartersource_sig_path_unique"
            ),
        ),
    ]
