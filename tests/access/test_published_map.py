"""The published files in the access matrix: whatever is in them everybody sees (design §2, D15)."""

import gzip
from pathlib import Path

import mapbox_vector_tile
import pytest
from django.core.management import call_command
from pmtiles.reader import MmapSource, all_tiles

from tests.access.rule import Who, sees, sees_phone
from tests.access.world import MARKS, PHONE, SECRET_ADDRESS, SECRET_POINT, World

EVERYBODY = Who("nobody", "anonymous")


@pytest.fixture
def published(world: World, tmp_path: Path) -> Path:
    """A folder with the files, written while the public site is on."""
    world.publish(True)
    call_command("export_pmtiles", tmp_path, verbosity=0)
    return tmp_path


def _text(folder: Path) -> str:
    """Everything the files say: every tile decoded, the style, the page."""
    with (folder / "city.pmtiles").open("rb") as file:
        tiles = [
            mapbox_vector_tile.decode(gzip.decompress(body)) for _place, body in all_tiles(MmapSource(file))
        ]
    return "\n".join(
        [str(tiles), *((folder / name).read_text() for name in ("city.style.json", "index.html"))]
    )


def test_the_files_hold_the_rows_of_the_rule_and_nothing_else(world: World, published: Path) -> None:
    text = _text(published)
    drawn = {row.name for row in world.rows.values() if sees(EVERYBODY, row, True) and row.shows_place}
    assert drawn
    assert {row.name for row in world.rows.values() if f"'{row.name}'" in text} == drawn


def test_no_file_holds_what_is_withheld(world: World, published: Path) -> None:
    text = _text(published)
    for number, row in enumerate(world.rows.values()):
        if not (sees(EVERYBODY, row, True) and sees_phone(EVERYBODY, row)):
            assert f"{PHONE}{number:04}" not in text, row.name
    assert [mark for mark in (MARKS["staff"], MARKS["members"], SECRET_ADDRESS) if mark in text] == []
    assert [degrees for degrees in SECRET_POINT if f"{degrees:.4f}" in text] == []
