"""Photos and attachments."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("layers", "0007_sessions")]

    operations = []
