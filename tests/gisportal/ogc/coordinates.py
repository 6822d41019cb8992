"""Positions asked over HTTP, against pyproj."""

from typing import Any

from django.test import Client
from pyproj import Geod, Transformer

from layers.crs import supported_crs

MM = 0.001


def positions(client: Client, slug: str, crs: str = "") -> dict[int, Any]:
    """Coordinates by id, over all pages."""
    found: dict[int, Any] = {}
    url = f"/ogc/collections/{slug}/items?limit=1000" + (f"&crs={crs}" if crs else "")
    while url:
        answer = client.get(url)
        assert answer.status_code == 200
        assert not crs or answer["Content-Crs"] == f"<{crs}>"
        page = answer.json()
        found |= {
            item["id"]: item["geometry"] and item["geometry"]["coordinates"] for item in page["features"]
        }
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    return found


def flat(coordinates: Any) -> list[tuple[float, float]]:
    if isinstance(coordinates[0], (int, float)):
        return [(coordinates[0], coordinates[1])]
    return [pair for part in coordinates for pair in flat(part)]


def worst(client: Client, slug: str, lg_code: str) -> dict[str, float]:
    """Largest disagreement in metres by CRS, against pyproj on what CRS84 says."""
    plain = {key: value for key, value in positions(client, slug).items() if value}
    assert plain
    lon, lat = map(list, zip(*[pair for value in plain.values() for pair in flat(value)], strict=True))
    worst_by_crs = {}
    for crs in supported_crs(lg_code)[1:]:
        given = positions(client, slug, crs.uri)
        first, second = map(list, zip(*[pair for key in plain for pair in flat(given[key])], strict=True))
        # pyproj keeps the order of axes of the authority.
        want_first, want_second = Transformer.from_crs("OGC:CRS84", f"EPSG:{crs.srid}").transform(lon, lat)
        if crs.srid in {4326, 4612, 6668}:
            _az, _back, metres = Geod(ellps="GRS80").inv(second, first, want_second, want_first)
            worst_by_crs[crs.uri] = max(metres)
        else:
            worst_by_crs[crs.uri] = max(
                max(abs(a - b) for a, b in zip(first, want_first, strict=True)),
                max(abs(a - b) for a, b in zip(second, want_second, strict=True)),
            )
    return worst_by_crs
