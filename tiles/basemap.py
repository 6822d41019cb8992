"""The base map of our own: open data shipped with the product, the same for every viewer (R8, R51).

Drawn where the city has no other base map or its host does not answer. Layers: ``land``, ``boundary``, ``railway``,
``station``, ``place``.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction

from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID
from tiles.models import BasemapFeature, BasemapSource

FOLDER: Final = Path(__file__).resolve().parents[1] / "fixtures" / "basemap"
LAYERS: Final = ("land", "boundary", "railway", "station", "place")


def load(folder: Path = FOLDER) -> dict[str, int]:
    """Load what is new or changed in the folder, drop what is gone from it; returns features loaded by source.

    Each file replaces what its source held in one transaction.
    """
    found: dict[str, int] = {}
    seen = set()
    for listing in sorted(folder.glob("*/sources.json")):
        for entry in json.loads(listing.read_text(encoding="utf-8")):
            seen.add(entry["slug"])
            count = _load_file(listing.parent / entry["file"], entry)
            if count is not None:
                found[entry["slug"]] = count
    with transaction.atomic():
        BasemapFeature.objects.exclude(source__in=seen).delete()
        BasemapSource.objects.exclude(slug__in=seen).delete()
    return found


def _load_file(path: Path, entry: dict[str, Any]) -> int | None:
    """Features loaded; None where the database holds this very file."""
    content = path.read_bytes()
    told = json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()
    fingerprint = hashlib.sha256(content + told).hexdigest()
    if BasemapSource.objects.filter(slug=entry["slug"], fingerprint=fingerprint).exists():
        return None
    rows = list(_features(json.loads(gzip.decompress(content)), entry))
    with transaction.atomic():
        BasemapFeature.objects.filter(source=entry["slug"]).delete()
        BasemapFeature.objects.bulk_create(rows, batch_size=500)
        BasemapSource.objects.update_or_create(
            slug=entry["slug"],
            defaults={
                "attribution": entry["attribution"],
                "licence": entry["licence"],
                "licence_url": entry["licence_url"],
                "is_share_alike": entry["is_share_alike"],
                "fingerprint": fingerprint,
            },
        )
    return len(rows)


def _features(collection: dict[str, Any], entry: dict[str, Any]) -> Iterator[BasemapFeature]:
    for item in collection["features"]:
        told = item["properties"]
        geom = GEOSGeometry(json.dumps(item["geometry"]), srid=STORAGE_SRID)
        geom.transform(WEB_MERCATOR_SRID)
        yield BasemapFeature(
            layer=entry["layer"],
            name=told.get("name") or "",
            kind=told.get("kind") or "",
            min_zoom=told.get("min_zoom", entry["min_zoom"]),
            source=entry["slug"],
            geom=geom,
        )


def version() -> str:
    """Changes when other files are loaded."""
    prints = BasemapSource.objects.order_by("slug").values_list("fingerprint", flat=True)
    return hashlib.sha256("".join(prints).encode()).hexdigest()[:32]


def attribution() -> str:
    """Words to show with the map, as HTML: what was used, by licence, each with a link to its terms."""
    by_licence: dict[tuple[str, str], list[str]] = {}
    for row in BasemapSource.objects.order_by("-is_share_alike", "slug"):
        by_licence.setdefault((row.licence, row.licence_url), []).append(row.attribution)
    return " | ".join(
        f'{escape("、".join(dict.fromkeys(words)))} (<a href="{escape(url)}">{escape(licence)}</a>)'
        for (licence, url), words in by_licence.items()
    )
