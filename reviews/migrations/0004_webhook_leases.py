from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0002_mirror_in_depth'),
        ('reviews', '0003_resolution_token'),
    ]

    operations = [
        migrations.CreateModel(
            name='RefreshLease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('number', models.CharField(max_length=40)),
                ('holder', models.CharField(max_length=200)),
                ('lease_until', models.DateTimeField()),
                ('repository', models.ForeignKey(on_delete=models.deletion.CASCADE, related_name='+', to='members.repository')),
            ],
            options={
                'verbose_name': '正在读取的对象',
                'verbose_name_plural': '正在读取的对象',
                'constraints': [
                    models.UniqueConstraint(fields=('repository', 'kind', 'number'), name='refreshlease_object_unique'),
                ],
            },
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['repository', '-received_at', '-id'], name='delivery_repo_received'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('next_try_at__isnull', False), ('state', 'processed')), fields=['next_try_at'], name='delivery_check_again'),
        ),
    ]
