"""A GeoTIFF on its way to a layer, its editions, and who sees it (G4, D4, R21)."""

from pathlib import Path

import numpy as np
import pytest

from layers.access import Level, Viewer
from layers.editing.errors import InvalidValues, NotAllowed
from layers.errors import SourceNotFound
from layers.media.store import path_of, sweep
from layers.models import StoredLayer, StoredRaster, StoredUpload
from layers.rasters import uploads
from layers.rasters.catalogue import get_raster, rasters_for
from layers.rasters.choices import Choice
from layers.rasters.errors import RasterError
from layers.rasters.style import read_style
from layers.source import sources
from layers.stored.loading import load
from layers.stored.services import editions_of, map_layers, show_edition, tidy
from tests.layers.rasters.conftest import MakeTiff
from tests.layers.rasters.making import KEEPER, OWN, PUBLIC, READER, make_layer

pytestmark = pytest.mark.django_db

DATA = np.arange(400, dtype="float32").reshape(20, 20)


@pytest.fixture(autouse=True)
def _files(media: Path) -> None:
    """Every test writes files of its own."""


def test_a_geotiff_becomes_a_layer(tiff: MakeTiff) -> None:
    layer = make_layer(tiff(DATA, nodata=-9999))
    found = get_raster("layer-height", PUBLIC)
    assert (layer.kind, layer.edition, found.raster.width, found.raster.srid) == ("raster", 1, 20, 6672)
    assert found.summary.low == 0 and found.summary.high == 399
    assert found.path.is_file() and found.path.is_relative_to(path_of(""))
    assert found.bounds is not None and 134.0 < found.bounds[0] < 134.1
    assert not found.style.is_picture and read_style(layer.style) == found.style
    [row] = StoredUpload.unscoped.all()
    assert (row.state, row.percent, row.file) == ("done", 100, "")
    assert [item.kind for item in map_layers(PUBLIC)] == ["raster"]


def test_a_raster_is_no_source_of_features(tiff: MakeTiff) -> None:
    make_layer(tiff(DATA))
    assert not [source for source in sources(KEEPER) if source.slug.startswith("layer-")]


def test_without_crs_it_waits_for_one(tiff: MakeTiff) -> None:
    path = tiff(DATA, crs=None)
    row = uploads.keep_raster(KEEPER, "x.tif", [path.read_bytes()])
    row.options["preview"]["needs_system"] = True
    row.save()
    with pytest.raises(InvalidValues):
        uploads.confirm(KEEPER, row, {"slug": "height", "title": "標高"})
    uploads.set_choice(KEEPER, row, Choice(srid=6672))
    uploads.confirm(KEEPER, row, {"slug": "height", "title": "標高", "audience": "public"})
    assert load(row.pk) and get_raster("layer-height", KEEPER).raster.srid == 6672


def test_what_is_no_raster_leaves_no_row_and_no_file(tiff: MakeTiff, media: Path) -> None:
    with pytest.raises(RasterError):
        uploads.keep_raster(KEEPER, "x.tif", [b"II*\x00", b"broken" * 100])
    assert not StoredUpload.unscoped.exists()


def test_only_keepers_put_rasters_in(tiff: MakeTiff) -> None:
    data = tiff(DATA).read_bytes()
    for viewer in (PUBLIC, OWN, READER, Viewer(level=Level.A)):
        with pytest.raises(NotAllowed):
            uploads.keep_raster(viewer, "x.tif", [data])


def test_a_file_that_breaks_in_the_worker_is_told_of(tiff: MakeTiff) -> None:
    path = tiff(np.random.default_rng(1).random((700, 700)))
    whole = path.read_bytes()
    row = uploads.keep_raster(KEEPER, "x.tif", [whole[: len(whole) - 900_000]])
    uploads.confirm(KEEPER, row, {"slug": "height", "title": "標高"})
    assert not load(row.pk)
    row.refresh_from_db()
    assert row.state == "failed" and row.problem and not StoredRaster.unscoped.exists()
    assert not list(path_of(uploads.FOLDER).rglob("*.tif"))


def test_a_new_edition_keeps_address_and_colours_and_can_be_undone(tiff: MakeTiff) -> None:
    layer = make_layer(tiff(DATA))
    first = get_raster("layer-height", PUBLIC)
    layer.style = {**layer.style, "unit": "m"}
    layer.save()
    make_layer(tiff(DATA * 2, "next.tif"), layer=layer)
    second = get_raster("layer-height", PUBLIC)
    assert second.layer.edition == 2 and second.summary.high == 798 and second.style.unit == "m"
    assert second.version != first.version and first.path.is_file() and first.path != second.path
    show_edition(KEEPER, layer.pk, 1)
    assert get_raster("layer-height", PUBLIC).summary.high == 399
    assert [edition.number for edition in editions_of(layer)] == [2, 1]


def test_a_picture_in_place_of_values_gets_a_style_that_fits(tiff: MakeTiff) -> None:
    layer = make_layer(tiff(DATA))
    make_layer(tiff(np.full((3, 20, 20), 9, "uint8"), "next.tif", photometric="RGB"), layer=layer)
    assert get_raster("layer-height", PUBLIC).style.is_picture


def test_a_layer_of_shapes_takes_no_raster(tiff: MakeTiff) -> None:
    shapes = StoredLayer.unscoped.create(slug="shapes", title="図形", kind="vector")
    with pytest.raises(RasterError):
        uploads.keep_raster(KEEPER, "x.tif", [tiff(DATA).read_bytes()], shapes)


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [("public", (PUBLIC, OWN, READER, KEEPER)), ("members", (READER, KEEPER)), ("staff", (KEEPER,))],
)
def test_a_raster_is_seen_by_its_audience(tiff: MakeTiff, audience: str, seen_by: tuple[Viewer, ...]) -> None:
    make_layer(tiff(DATA), audience=audience)
    for viewer in (Viewer(), Viewer(level=Level.D), PUBLIC, OWN, READER, KEEPER):
        assert bool(rasters_for(viewer)) is (viewer in seen_by)
        if viewer not in seen_by:
            with pytest.raises(SourceNotFound):
                get_raster("layer-height", viewer)


def test_a_token_limited_to_other_sources_sees_none(tiff: MakeTiff) -> None:
    make_layer(tiff(DATA))
    limited = Viewer(level=Level.A, sources=frozenset({"resources"}))
    assert not rasters_for(limited)
    with pytest.raises(SourceNotFound):
        get_raster("layer-height", limited)


def test_files_of_forgotten_editions_are_swept_up(tiff: MakeTiff) -> None:
    layer = make_layer(tiff(DATA))
    for number in range(2, 7):
        make_layer(tiff(DATA + number, f"{number}.tif"), layer=layer)
    assert StoredRaster.unscoped.count() == 6
    tidy()
    assert StoredRaster.unscoped.count() == 4
    sweep(older_than=-1)
    kept = {path_of(name) for name in StoredRaster.unscoped.values_list("file", flat=True)}
    assert set(path_of(uploads.FOLDER).rglob("*.tif")) == kept
