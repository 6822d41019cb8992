"""The times of a session in words, as its source publishes them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("layers", "0010_categories")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="schedule",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=300, verbose_name="times in words"
            ),
            preserve_default=False,
        ),
    ]
