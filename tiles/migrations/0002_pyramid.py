"""Cells of low zooms, kept by triggers; the cache without write-ahead log."""

from pathlib import Path

from django.db import migrations

from layers.sqlfiles import run_file

SQL_DIR = Path(__file__).resolve().parents[1] / "sql"

DROP = """
DROP FUNCTION tiles_resource_changed, tiles_resource_truncated CASCADE;
DROP FUNCTION tiles_rebuild(), tiles_apply(tiles_change[]), tiles_cell_of(double precision, integer);
DROP TYPE tiles_change;
DROP TABLE tiles_cell;
ALTER TABLE tiles_cachedtile SET LOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [("tiles", "0001_initial"), ("layers", "0003_triggers")]

    operations = [run_file("pyramid.sql", DROP, SQL_DIR)]
