"""Categories and districts edited while the portal runs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("layers", "0009_fields")]

    operations = []
