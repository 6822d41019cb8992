"""Field definitions shaped by the administrator."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("layers", "0008_media")]

    operations = []
