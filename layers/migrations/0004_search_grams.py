"""Frequencies of characters in search text."""

from django.db import migrations, models

from layers.sqlfiles import run_file


class Migration(migrations.Migration):
    dependencies = [("layers", "0003_triggers")]

    operations = [
        migrations.CreateModel(
            name="SearchGram",
            fields=[
                ("gram", models.CharField(db_collation="C", max_length=2, primary_key=True, serialize=False)),
                ("share", models.FloatField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lte", 1)),
                        name="search_gram_share_is_share",
                    )
                ],
            },
        ),
        run_file("grams.sql", "DROP FUNCTION layers_refresh_grams(integer);"),
    ]
