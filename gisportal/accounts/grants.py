"""Rights of the web role: owner of nothing, adds to the record but never changes it.

Runs after every migration when ``GISPORTAL_WEB_ROLE`` is set. Only what the migrating role owns is granted:
PostGIS' own tables and functions are open to everybody already.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.signals import post_migrate
from psycopg import sql

#: Tables the web role may add to and read, but never change.
APPEND_ONLY = ("audit_auditentry",)

_OWN_RELATIONS = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = ANY(%s) AND pg_has_role(relowner, 'USAGE')
ORDER BY relname
"""
_OWN_FUNCTIONS = """
SELECT oid::regprocedure::text FROM pg_proc AS p
WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'w') AND pg_has_role(proowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1
"""
_DATABASE = """
SELECT datname FROM pg_database WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE')
"""


def grant_after_migrate(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Signal receiver; does nothing without a web role."""
    if settings.WEB_ROLE:
        grant_web_role(settings.WEB_ROLE, connections[using])


def grant_web_role(role: str, connection: BaseDatabaseWrapper) -> None:
    """Gives ``role`` what the portal needs on everything the current role owns in schema ``public``.

    Raises:
        django.db.ProgrammingError: there is no such role.
    """
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        tables = _names(cursor, _OWN_RELATIONS, [["r", "p", "v", "m"]])
        statements = [
            *_on("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", _names(cursor, _DATABASE), name),
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name),
            *_on("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {} TO {}", tables, name),
            *_on("GRANT USAGE, SELECT ON SEQUENCE {} TO {}", _names(cursor, _OWN_RELATIONS, [["S"]]), name),
            *[
                sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(signature), name)
                for signature in _names(cursor, _OWN_FUNCTIONS)
            ],
            *_defaults(name),
            *_on("REVOKE UPDATE, DELETE, TRUNCATE ON TABLE {} FROM {}", _kept(tables), name),
        ]
        for statement in statements:
            cursor.execute(statement.as_string(connection.connection))


def _kept(tables: Sequence[str]) -> list[str]:
    return [table for table in APPEND_ONLY if table in tables]


def _defaults(role: sql.Identifier) -> list[sql.Composed]:
    """What later migrations make is granted as they make it; partitions and triggers' tables included."""
    rights = (
        "SELECT, INSERT, UPDATE, DELETE ON TABLES",
        "USAGE, SELECT ON SEQUENCES",
        "EXECUTE ON FUNCTIONS",
    )
    pattern = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} TO {}"
    return [sql.SQL(pattern).format(sql.SQL(right), role) for right in rights]


def _names(cursor: CursorWrapper, query: str, parameters: Sequence[Any] = ()) -> list[str]:
    cursor.execute(query, parameters or None)
    return [row[0] for row in cursor.fetchall()]


def _on(pattern: str, names: Sequence[str], role: sql.Identifier) -> list[sql.Composed]:
    """One statement over all names, none without names."""
    if not names:
        return []
    return [sql.SQL(pattern).format(sql.SQL(", ").join(map(sql.Identifier, names)), role)]


def connect(app: AppConfig) -> None:
    """Listens once per ``migrate``: the signal comes after all migrations, one app after another."""
    post_migrate.connect(grant_after_migrate, sender=app, dispatch_uid="gisportal.accounts.grants")
