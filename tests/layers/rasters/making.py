"""Raster layers made the way planners make them: uploaded, confirmed, loaded."""

from pathlib import Path
from typing import Any

from layers.access import Level, Viewer
from layers.models import StoredLayer, StoredUpload
from layers.rasters import uploads
from layers.rasters.choices import Choice
from layers.stored.loading import load

KEEPER = Viewer(level=Level.ADMINISTRATOR, name="管理者")
PUBLIC = Viewer(public_site=True)
READER = Viewer(level=Level.B)
OWN = Viewer(level=Level.C, account_id=9)


def make_layer(
    path: Path,
    slug: str = "height",
    *,
    choice: Choice | None = None,
    layer: StoredLayer | None = None,
    **words: Any,
) -> StoredLayer:
    """A layer of a GeoTIFF, shown at once."""
    row = uploads.keep_raster(KEEPER, path.name, [path.read_bytes()], layer)
    if choice is not None:
        uploads.set_choice(KEEPER, row, choice)
    given = {"slug": slug, "title": "標高", "audience": "public", "attribution": "国土地理院", **words}
    made = uploads.confirm(KEEPER, row, given)
    assert load(row.pk), problem_of(row.pk)
    made.refresh_from_db()
    return made


def problem_of(pk: int) -> str:
    """Why an upload failed."""
    return StoredUpload.unscoped.get(pk=pk).problem
