"""GDAL and OWSLib read every collection; their counts are the list's (must show 2)."""

import json
import re
import subprocess
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from owslib.ogcapi.features import Features

from layers.access import Level, Viewer
from layers.source import sources
from tests.fixtures_cities import load_takamatsu
from tests.gisportal.ogc.conftest import make_accounts


@pytest.fixture
def served(transactional_db: None, live_server: Any) -> tuple[str, str, dict[str, int]]:
    """高松市 on a real port: address, token, and the counts of the sources."""
    load_takamatsu()
    token = make_accounts()["administrator"]
    viewer = Viewer(level=Level.ADMINISTRATOR, account_id=1)
    counts = {}
    for source in sources(viewer):
        counts[source.slug] = source.count(source.parse([])).number
    assert counts["resources"] > 1_000 and counts["districts-towns"] > 200
    return f"{live_server.url}/ogc/", token, counts


def ogrinfo(address: str, **environment: str) -> dict[str, int]:
    """Features of each layer as ``ogrinfo`` counts them."""
    done = subprocess.run(
        ["ogrinfo", "-al", "-so", f"OAPIF:{address}"],
        capture_output=True, text=True, timeout=180, check=False,
        env={"PATH": "/usr/bin:/bin", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    names = re.findall(r"^Layer name: (\S+)$", done.stdout, re.MULTILINE)
    numbers = re.findall(r"^Feature Count: (\d+)$", done.stdout, re.MULTILINE)
    assert "capacity: Real" in done.stdout and "verified_at: DateTime" in done.stdout
    found = dict(zip(names, map(int, numbers), strict=True))
    # Records are GeoJSON, so GDAL (as of 3.6) shows the catalogue as a layer of polygons; OWSLib tells it apart.
    assert found.pop("catalogue") > 0
    return found


def test_clients_count_what_the_list_counts(served: tuple[str, str, dict[str, int]]) -> None:
    address, token, counts = served
    try:
        assert ogrinfo(address, GDAL_HTTP_HEADERS=f"Authorization: Bearer {token}") == counts
        assert ogrinfo(address, GDAL_HTTP_USERPWD=f"anyone:{token}", GDAL_HTTP_AUTH="BASIC") == counts
        check_owslib(address, token, counts)
        check_matched(address, token, counts)
    finally:
        connection.close()


def check_owslib(address: str, token: str, counts: dict[str, int]) -> None:
    service = Features(address, headers={"Authorization": f"Bearer {token}"})
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in service.conformance()["conformsTo"]
    assert sorted(service.feature_collections()) == sorted(counts)
    assert service.collection_queryables("resources")["properties"]["beds"]["type"] == "number"
    for name, number in counts.items():
        read = []
        while page := service.collection_items(name, limit=400, offset=len(read))["features"]:
            read += [item["id"] for item in page]
        assert len(read) == len(set(read)) == number


def check_matched(address: str, token: str, counts: dict[str, int]) -> None:
    for name, number in counts.items():
        asked = Request(
            f"{address}collections/{name}/items?limit=1", headers={"Authorization": f"Bearer {token}"}
        )
        with urlopen(asked, timeout=60) as answer:
            assert json.load(answer)["numberMatched"] == number


def test_without_a_token_nothing_is_read(served: tuple[str, str, dict[str, int]]) -> None:
    address, _token, _counts = served
    try:
        with urlopen(f"{address}collections", timeout=60) as answer:
            assert json.load(answer)["collections"] == []
    finally:
        connection.close()
