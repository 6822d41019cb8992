"""Who may reach the database past the viewer's rights, and who may write SQL (style, rules 1, 2, 11)."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from layers import models as stored
from tests.architecture.tree import files, is_below, read

#: Guarded: read under a viewer's rights only, so their raw manager is not called ``objects``.
GUARDED = (
    stored.Attachment,
    stored.District,
    stored.Organisation,
    stored.Photo,
    stored.PastResource,
    stored.ProtectedPlace,
    stored.Resource,
    stored.ResourceVersion,
    stored.Responsibility,
    stored.Session,
    stored.SessionDate,
    stored.Site,
    stored.StoredEdition,
    stored.StoredFeature,
    stored.StoredLayer,
    stored.StoredRaster,
    stored.StoredUpload,
)

RAW_MANAGER = re.compile(r"\bunscoped\b|\b_(default|base)_manager\b")
#: Beside ``layers``, a module's own models, reads, services and what its worker prints, migrations, tests.
MAY_READ_UNSCOPED = {
    "layers": "owns the rows and the rule",
    "tests": "judge the rule",
    "gisportal/accounts/demo.py": "gives the demo accounts something to be responsible for",
}
MODULE_OWN = re.compile(r"gisportal/modules/\w+/(access|conditions|models|printing|services|source)\.py$")

SQL = re.compile(
    r"connections?(\[[^]]*\])?\.cursor\(|\.cursor\(\)|\bRawSQL\(|\.raw\(|\.extra\((select|where|tables|params|order_by)|\bRunSQL\(|psycopg\.connect"
)
MAY_WRITE_SQL = {
    "tiles/mvt.py": "tiles are built in PostGIS around a QuerySet",
    "layers/geojson.py": "pages of features are built whole in PostGIS",
    "layers/indexes.py": "which index leads a first page",
    "layers/versions.py": "asked by every request: 0.06 ms by cursor, 0.45 ms by the ORM",
    "layers/prepared.py": "a QuerySet compiled once, for what every request asks",
    "layers/analysis": "one GROUP BY per table",
    "layers/imports": "COPY",
    "layers/stored/loading.py": "COPY",
    "layers/editing/field_rows.py": "rewrites values of a field with the tables held, by functions of layers/sql/",
    "layers/editing/transactions.py": "tells the triggers of the history who acts: set_config",
    "layers/memberships.py": "calls functions of layers/sql/ part by part",
    "layers/sqlfiles.py": "loads the .sql files in migrations",
    "layers/conditions.py": "one subquery over a set-returning function of layers/sql/",
    "gisportal/gate/store.py": "sums of many clients in one statement each",
    "gisportal/accounts/grants.py": "GRANT to the web role",
    "tests": "compare with bare SQL",
}


def _users(pattern: re.Pattern[str], allowed: dict[str, str]) -> list[str]:
    return [
        f"{path}:{number}"
        for path in files(".py")
        if not is_below(path, allowed) and "migrations" not in path.parts and not MODULE_OWN.search(str(path))
        for number, line in enumerate(read(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_raw_managers_stay_in_layers() -> None:
    assert _users(RAW_MANAGER, MAY_READ_UNSCOPED) == []


def test_sql_is_written_in_the_named_places_only() -> None:
    assert _users(SQL, MAY_WRITE_SQL) == []


@pytest.mark.parametrize("place", [*MAY_READ_UNSCOPED, *MAY_WRITE_SQL])
def test_every_exception_is_still_needed(place: str) -> None:
    wanted = RAW_MANAGER if place in MAY_READ_UNSCOPED else SQL
    below = [path for path in files(".py") if path.is_relative_to(Path(place))]
    assert any(wanted.search(read(path)) or SQL.search(read(path)) for path in below)


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
def test_guarded_models_have_no_objects(model: type[models.Model]) -> None:
    assert not hasattr(model, "objects")
    assert [manager.name for manager in model._meta.managers] == ["unscoped"]


def test_no_other_model_holds_persons_places() -> None:
    """A model of layers is guarded, or is listed here as open to whoever asks a source."""
    free = {
        "Category", "CellVersion", "DataSource", "DirectorySetting",
        "DistrictImport", "DistrictScheme", "DistrictTown", "FieldDefinition",
        "FieldOfSupport", "GazetteerCity", "GazetteerLoad", "GazetteerNumber", "GazetteerTown", "MembershipRun",
        "SearchGram",
    }  # fmt: skip
    models_of_layers = {model.__name__ for model in apps.get_app_config("layers").get_models()}
    assert models_of_layers == free | {model.__name__ for model in GUARDED}


def test_views_write_no_condition_of_visibility() -> None:
    """Columns the rule is made of stand in ``layers`` alone (rule 1)."""
    columns = re.compile(r"(filter|exclude|Q)\([^)]*\b(publication|deleted_at|disclosure)(__\w+)?=")
    rooms = ("gisportal/portal", "gisportal/planning", "gisportal/ogc", "tiles", "styles")
    assert [str(path) for path in files(".py", below=rooms) if columns.search(read(path))] == []
