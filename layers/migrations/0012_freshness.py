"""The date from which everything asks for an update."""

from django.db import migrations, models

from layers.sqlfiles import run_file


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0011_session_schedule"),
    ]

    operations = [
        migrations.CreateModel(
            name="DirectorySetting",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stale_before",
                    models.DateField(
                        blank=True,
                        help_text="Entries neither changed nor verified since this day are marked, whatever their category says.",
                        null=True,
                        verbose_name="not updated since",
                    ),
                ),
            ],
            options={
                "verbose_name": "setting of the directory",
                "verbose_name_plural": "settings of the directory",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="directory_setting_is_one_row")
                ],
            },
        ),
        run_file(
            "directory_setting.sql", "DROP TRIGGER layers_directory_setting_words ON layers_directorysetting;"
        ),
    ]
