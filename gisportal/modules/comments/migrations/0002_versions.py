"""Versions of the source ``comments``."""

from pathlib import Path

from django.db import migrations

from layers.sqlfiles import run_file

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("comments", "0001_initial"), ("layers", "0005_words_versions")]

    operations = [run_file("comments.sql", "DROP FUNCTION comments_touched() CASCADE;", SQL)]
