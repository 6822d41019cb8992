"""ogr2ogr fetches every collection page by page, in another CRS, and narrowed by a box (must show 3; G4)."""

import subprocess
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from django.db import connection

from layers.access import Level, Viewer
from layers.source import sources
from tests.fixtures_cities import load_takamatsu
from tests.gisportal.ogc.conftest import make_accounts


@pytest.fixture
def served(transactional_db: None, live_server: Any) -> tuple[str, str]:
    """高松市 on a real port: address and a token of level A."""
    load_takamatsu()
    return f"{live_server.url}/ogc/", make_accounts()["a"]


def fetched(address: str, token: str, file: Path, *more: str) -> set[int]:
    """Ids of one collection in a GeoPackage made by ogr2ogr."""
    done = subprocess.run(
        ["ogr2ogr", "-f", "GPKG", "-overwrite", "-preserve_fid", *more, str(file), f"OAPIF_COLLECTION:{address}"],
        capture_output=True, text=True, timeout=180, check=False,
        env={"PATH": "/usr/bin:/bin", "GDAL_HTTP_HEADERS": f"Authorization: Bearer {token}"},
    )  # fmt: skip
    assert done.returncode == 0 and "ERROR" not in done.stderr, done.stderr
    _meta, ids, _shapes, _columns = pyogrio.raw.read(file, return_fids=True)
    return set(ids.tolist())


def test_ogr2ogr_fetches_every_page(served: tuple[str, str], tmp_path: Path) -> None:
    address, token = served
    paged = ("-oo", "PAGE_SIZE=37")
    try:
        found = {source.slug: source for source in sources(Viewer(level=Level.A, account_id=1))}
        assert {"resources", "districts-former"} <= set(found)
        for slug in ("resources", "districts-former"):
            rows = found[slug].features(found[slug].parse([]))
            ids = fetched(f"{address}collections/{slug}", token, tmp_path / f"{slug}.gpkg", *paged)
            assert ids == set(rows.values_list("pk", flat=True)), slug
        box = ("134.03", "34.33", "134.06", "34.35")
        query = found["resources"].parse([("bbox", ",".join(box))])
        ids = fetched(
            f"{address}collections/resources",
            token,
            tmp_path / "box.gpkg",
            *paged,
            "-spat",
            *box,
            "-t_srs",
            "EPSG:6672",
        )
        wanted = set(found["resources"].features(query).values_list("pk", flat=True))
        assert ids == wanted and 0 < len(ids) < 1_000
        assert pyogrio.read_info(tmp_path / "box.gpkg")["crs"] == "EPSG:6672"
    finally:
        connection.close()
