"""SQL kept in files, run by migrations."""

from pathlib import Path

from django.db.migrations import RunSQL

SQL_DIR = Path(__file__).resolve().parent / "sql"


def run_file(name: str, reverse: str, directory: Path = SQL_DIR) -> RunSQL:
    """A migration step that runs ``<directory>/<name>``; ``reverse`` is SQL that undoes it."""
    return RunSQL([(directory / name).read_text(encoding="utf-8")], reverse)
