"""The public map as files (issue 4 item 7; D15): what stands in the archive, and that nothing else does."""

import gzip
import json
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pmtiles.reader import MmapSource, Reader, all_tiles

from gisportal.accounts.services import set_public_site
from gisportal.portal.published_map import published_keys
from layers.access import Viewer
from layers.source import sources
from tests.factories import make_category, make_resource
from tiles import mvt
from tiles.archive import Archived, NothingToWrite, write_archive
from tiles.grid import Tile

pytestmark = pytest.mark.django_db
PUBLIC = Viewer(public_site=True)


@pytest.fixture
def city(db: None) -> None:
    """A place everybody sees, one for members, one whose telephone is withheld."""
    category = make_category("medical")
    make_resource("公開の診療所", category=category, lon=134.046, lat=34.342, publication="public")
    make_resource("関係者の診療所", category=category, lon=134.047, lat=34.343)
    make_resource(
        "番号は内緒",
        category=category,
        lon=134.048,
        lat=34.344,
        publication="public",
        phone="087-999-9999",
        withheld=["phone"],
    )


def archive(path: Path) -> Archived:
    """Everything the public sees, with the telephones among the properties."""
    return write_archive(path, sources(PUBLIC), name="試験市", keys=published_keys)


def bodies(path: Path) -> list[dict[str, Any]]:
    """Every tile, decoded."""
    with path.open("rb") as file:
        return [
            mapbox_vector_tile.decode(gzip.decompress(body)) for _place, body in all_tiles(MmapSource(file))
        ]


def names(path: Path) -> set[str]:
    features = [item for body in bodies(path) for item in body.get("resources", {}).get("features", [])]
    return {item["properties"]["name"] for item in features if "name" in item["properties"]}


def test_the_archive_holds_what_the_public_sees(city: None, tmp_path: Path) -> None:
    path = tmp_path / "city.pmtiles"
    written = archive(path)
    assert names(path) == {"公開の診療所", "番号は内緒"}
    assert written.size == path.stat().st_size
    assert "087-999-9999" not in str(bodies(path))
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))
        header, metadata = reader.header(), reader.metadata()
    assert (header["min_zoom"], header["max_zoom"]) == (0, 14)
    assert header["min_lon_e7"] == 1340460000
    assert "resources" in {layer["id"] for layer in metadata["vector_layers"]}
    assert all(layer["maxzoom"] == 14 for layer in metadata["vector_layers"])


def test_a_tile_of_the_archive_is_the_map_s_own(city: None, tmp_path: Path) -> None:
    path = tmp_path / "city.pmtiles"
    found = sources(PUBLIC)
    write_archive(path, found, name="試験市", with_base_map=False)
    tile = Tile(14, 14292, 6526)
    own = b"".join(
        mvt.build(mvt.Request(source, source.parse({}), tile, mvt.default_keys(source))) for source in found
    )
    with path.open("rb") as file:
        body = Reader(MmapSource(file)).get(tile.z, tile.x, tile.y)
    assert body is not None
    assert gzip.decompress(body) == own


def test_a_new_archive_takes_the_place_of_the_old_one_whole(
    city: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "city.pmtiles"
    archive(path)
    before = path.read_bytes()

    def broken(_asked: object) -> bytes:
        raise RuntimeError

    monkeypatch.setattr(mvt, "build", broken)
    with pytest.raises(RuntimeError):
        archive(path)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["city.pmtiles"]


@pytest.mark.usefixtures("db")
def test_an_empty_city_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(NothingToWrite):
        archive(tmp_path / "city.pmtiles")
    set_public_site(True)
    with pytest.raises(CommandError, match="公開データがありません"):
        call_command("export_pmtiles", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_archive_style_and_viewer(city: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="public_site on"):
        call_command("export_pmtiles", tmp_path)
    set_public_site(True)
    with pytest.raises(CommandError, match="nowhere"):
        call_command("export_pmtiles", tmp_path, source=["nowhere"])
    call_command("export_pmtiles", tmp_path / "deep" / "site", title="試験 <市>", verbosity=0)
    files = {item.name for item in (tmp_path / "deep" / "site").iterdir()}
    assert files == {"city.pmtiles", "city.style.json", "index.html"}
    style = json.loads((tmp_path / "deep" / "site" / "city.style.json").read_text())
    assert style["sources"]["city"]["url"] == "pmtiles://city.pmtiles"
    assert {layer.get("source") for layer in style["layers"]} <= {"city", None}
    page = (tmp_path / "deep" / "site" / "index.html").read_text()
    assert "試験 &lt;市&gt;" in page
    assert "<script src" not in page
    assert "087-999-9999" not in page
