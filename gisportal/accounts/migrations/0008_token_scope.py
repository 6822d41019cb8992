"""Limits of a token: collections, reading or writing, requests (D8). Tokens made before go on as they were."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_proposes"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="daily_quota",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="requests a day"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="may_write",
            field=models.BooleanField(default=True, editable=False, verbose_name="may write"),
        ),
        migrations.AlterField(
            model_name="apitoken",
            name="may_write",
            field=models.BooleanField(default=False, editable=False, verbose_name="may write"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="rate_per_minute",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="requests a minute"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="sources",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80),
                blank=True,
                editable=False,
                help_text="Only these; without any, all the account may see.",
                null=True,
                size=None,
                verbose_name="collections",
            ),
        ),
    ]
