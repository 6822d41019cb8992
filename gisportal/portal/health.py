"""``/healthz``: the process answers. ``/readyz``: it can serve."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process lives; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, migrations and static files are there, else 503 that says what is missing."""
    checks = {name: check() for name, check in CHECKS.items()}
    is_ready = all(checks.values())
    return JsonResponse({"ready": is_ready, **checks}, status=200 if is_ready else 503)


def database_answers() -> bool:
    """Whether the database answers."""
    try:
        connection.ensure_connection()
        return connection.is_usable()
    except DatabaseError:
        return False


def migrations_applied() -> bool:
    """Whether no migration is left to do."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def static_files_built() -> bool:
    """Whether the static files have been collected (not needed while debugging)."""
    return (
        settings.DEBUG
        or not hasattr(staticfiles_storage, "manifest_name")
        or (Path(settings.STATIC_ROOT) / staticfiles_storage.manifest_name).exists()
    )


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "migrations": migrations_applied,
    "static": static_files_built,
}
