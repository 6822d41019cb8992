"""The database refuses to change or delete what is written."""

from pathlib import Path

from django.db import migrations

from layers.sqlfiles import run_file

REVERSE = "DROP FUNCTION audit_refuse_change() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [run_file("append_only.sql", REVERSE, Path(__file__).resolve().parent.parent / "sql")]
