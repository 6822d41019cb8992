"""Roles and databases, embedded or named by DATABASE_URL; through ``psql``, so that no driver is needed."""

import os
import re
import subprocess
from urllib.parse import parse_qsl, unquote, urlsplit

from gisportal.deploy.console import Problem, say
from gisportal.deploy.postgres import SUPERUSER, Cluster

OWNER = "portal_owner"
WEB = "portal_web"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist", "btree_gin", "unaccent")
SCHEMES = ("postgresql", "postgres", "postgis")
_ENV_OF = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
EXAMPLE = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"


def libpq_environment(url: str) -> dict[str, str]:
    """PG* variables of a database URL: a password must not stand in a command line others can read.

    Raises:
        Problem: the URL is not one of PostgreSQL, or names a setting we do not know.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Problem(f"DATABASE_URL が読めません / cannot be read: {error}\n例 / e.g. {EXAMPLE}") from None
    if parts.scheme not in SCHEMES:
        raise Problem(
            f"DATABASE_URL は PostgreSQL のものではありません / is not PostgreSQL's\n例 / e.g. {EXAMPLE}"
        )
    values = {
        "host": unquote(parts.hostname or ""),
        "port": str(port or ""),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.lstrip("/")),
        "connect_timeout": "5",
        **dict(parse_qsl(parts.query)),
    }
    if unknown := sorted(set(values) - set(_ENV_OF)):
        raise Problem(f"DATABASE_URL の {', '.join(unknown)} は使えません / cannot be used")
    if not values["dbname"]:
        raise Problem(f"DATABASE_URL にデータベース名がありません / names no database\n例 / e.g. {EXAMPLE}")
    return {_ENV_OF[key]: value for key, value in values.items() if value}


def safe_url(url: str) -> str:
    """The URL without its password, to be shown."""
    return re.sub(r"(//[^/@:]*):[^@/]*@", r"\1:***@", re.sub(r"password=[^&]*", "password=***", url))


def query(url: str, sql: str) -> str:
    """Runs SQL in one ``psql`` and returns its bare output.

    Raises:
        Problem: no connection, or an error of the statement.
    """
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PG")},
        **libpq_environment(url),
        "PGCLIENTENCODING": "UTF8",
    }
    done = subprocess.run(
        ["psql", "--no-psqlrc", "--no-password", "-qAt", "-v", "ON_ERROR_STOP=1", "-f", "-"],
        input=sql,
        env=env,
        text=True,
        capture_output=True,
        start_new_session=True,
    )
    if done.returncode:
        raise Problem(done.stderr.strip() or f"psql: exit status {done.returncode}")
    return done.stdout.strip()


def check_external(url: str) -> None:
    """Tries a database named by the person.

    Raises:
        Problem: not reachable, or neither PostGIS in it nor the right to create it.
    """
    say(f"データベースに接続しています: {safe_url(url)}", "Connecting to the database")
    try:
        answer = query(
            url,
            "select current_setting('server_version_num')::int >= 150000;"
            "select exists (select from pg_available_extensions where name = 'postgis');",
        )
    except Problem as problem:
        raise Problem(
            f"DATABASE_URL のデータベースに接続できません / cannot connect: {safe_url(url)}\n{problem}\n"
            "URL を直すか、DATABASE_URL を外すと内蔵の PostGIS を使います。 / "
            "Correct it, or unset DATABASE_URL to use the embedded PostGIS."
        ) from None
    recent, postgis = answer.splitlines()
    if recent != "t":
        raise Problem("PostgreSQL 15 以上が必要です / PostgreSQL 15 or newer is needed")
    if postgis != "t":
        raise Problem("このサーバーには PostGIS がありません / The server has no PostGIS")


def database_name(city: str) -> str:
    """Name of a city's database.

    Raises:
        Problem: the city's name cannot be part of one.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", city):
        raise Problem(f"CITY={city} は使えません(半角英小文字) / use small letters, e.g. CITY=takamatsu")
    return f"portal_{city}"


def ensure_roles(cluster: Cluster) -> None:
    """The owner of the tables, and the role the portal runs as: no superuser, owner of nothing."""
    statements = [
        f"do $$ begin if not exists (select from pg_roles where rolname = '{role}') then "
        f"create role {role} login nosuperuser nocreatedb nocreaterole; end if; end $$;"
        for role in (OWNER, WEB)
    ]
    query(cluster.url(SUPERUSER, "postgres"), "".join(statements))


def ensure_database(cluster: Cluster, name: str) -> bool:
    """Creates a city's database with its extensions; returns whether it was new."""
    admin = cluster.url(SUPERUSER, "postgres")
    new = not query(admin, f"select 1 from pg_database where datname = '{name}'")
    if new:
        query(admin, f"create database {name} owner {OWNER};")
    prepared = query(cluster.url(SUPERUSER, name), "select string_agg(extname, ' ') from pg_extension")
    if not set(EXTENSIONS) <= set(prepared.split()):
        extensions = "".join(f"create extension if not exists {item};" for item in EXTENSIONS)
        query(
            cluster.url(SUPERUSER, name),
            f"{extensions} revoke all on database {name} from public;"
            f"grant connect, temporary on database {name} to {WEB};"
            "revoke create on schema public from public; grant usage on schema public to public;",
        )
    return new


def drop_database(cluster: Cluster, name: str) -> None:
    """Removes a city's database with everything in it."""
    query(cluster.url(SUPERUSER, "postgres"), f"drop database if exists {name} with (force);")


def comment_on(url: str) -> str:
    """The comment of the database; the digest of the last migration is kept there, so it travels along."""
    return query(
        url,
        "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()",
    )


def set_comment(url: str, text: str) -> None:
    """Writes the comment of the database."""
    name = libpq_environment(url)["PGDATABASE"].replace('"', '""')
    query(url, f"""comment on database "{name}" is '{text.replace("'", "''")}';""")


def holds_data(url: str) -> bool:
    """Whether any resource, district or account lies in the database."""
    tables = ("layers_resource", "layers_district", "accounts_account")
    present = query(
        url,
        "".join(f"select '{table}' where to_regclass('{table}') is not null;" for table in tables),
    ).split()
    return any(query(url, f"select exists (select from {table})") == "t" for table in present)
