"""Sessions, vacancy by class, office links."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("layers", "0006_editing")]

    operations = []
