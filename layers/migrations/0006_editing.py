"""Versions, history, two states: what editing needs (issue's core)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("layers", "0005_words_versions")]

    operations = []
