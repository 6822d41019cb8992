"""The public map as files for any web host: an archive of tiles, its style, and a viewer in one page (D15)."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import json_script
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisportal.portal.dates import shown_date
from layers.fields import Kind
from layers.source import FeatureSource
from layers.vocabulary import CategoryInfo, vocabulary
from styles import documents
from styles.categories import top_styles
from styles.legend import outline
from styles.symbology import symbology
from tiles import basemap, tilejson
from tiles.archive import Archived, write_archive

#: Properties a published feature carries where its source has them. Vacancy would be out of date the next day.
KEYS: Final = (
    "name", "category", "key", "address", "phone", "url", "opening_hours", "description", "capacity", "updated_at",
)  # fmt: skip
#: What the list of the viewer leaves out: said by other means.
UNTOLD: Final = frozenset({"name", "key"})
_SCRIPT: Final = "standalone/published-map"


class NotBuilt(Exception):
    """The viewer's script has not been bundled."""


@dataclass(frozen=True, slots=True)
class Published:
    """The files written."""

    archive: Path
    style: Path
    page: Path
    told: Archived


def publish(
    folder: Path,
    sources: Sequence[FeatureSource],
    *,
    title: str,
    stem: str = "city",
    tell: Callable[[int, int], None] | None = None,
) -> Published:
    """Write ``<stem>.pmtiles``, ``<stem>.style.json`` and ``index.html``, each whole or not at all.

    ``sources``: as the anonymous viewer has them.

    Raises:
        NotBuilt: the scripts have not been bundled (``make setup``).
        tiles.archive.NothingToWrite: nothing is published.
    """
    script, css = _built(".js"), _built(".css")
    archive = folder / f"{stem}.pmtiles"
    told = write_archive(archive, sources, name=title, keys=published_keys, tell=tell)
    style = _style(sources, title, archive.name, told)
    found = Published(archive, folder / f"{stem}.style.json", folder / "index.html", told)
    _write(found.style, json.dumps(style, ensure_ascii=False, indent=1))
    _write(found.page, _page(sources, style, title, archive.name, told, script, css))
    return found


def published_keys(source: FeatureSource) -> list[str]:
    """Properties of a source's features: the common ones and what the city lists for everybody."""
    fields = source.fields()
    own = [key for key, field in fields.items() if not field.is_base and field.is_listed]
    drawn = symbology(source).fields
    return list(
        dict.fromkeys(
            [*(key for key in KEYS if key in fields), *own, *(key for key in drawn if key in fields)]
        )
    )


def _built(suffix: str) -> str:
    path = settings.VAR_DIR / "static-build" / f"{_SCRIPT}{suffix}"
    if not path.is_file():
        raise NotBuilt
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def _style(sources: Iterable[FeatureSource], title: str, archive: str, told: Archived) -> dict[str, Any]:
    """A MapLibre style of all layers: shapes below, points above, the base map of our own under them."""
    drawn = sorted(sources, key=lambda source: source.geometry_type == "Point")
    layers = [layer for source in drawn for layer in documents.layers_of(symbology(source))]
    west, south, east, north = told.bounds
    words = [word for source in drawn for word in source.metadata.attributions]
    attribution = " | ".join(filter(None, [tilejson.attribution(words), basemap.attribution()]))
    return documents.document(
        title,
        sources={"city": {"type": "vector", "url": f"pmtiles://{archive}", "attribution": attribution}},
        layers=[_of_archive(layer) for layer in [*documents.base_map(), *layers]],
        metadata={"gisportal:published": timezone.localdate().isoformat()},
        center=[round((west + east) / 2, 5), round((south + north) / 2, 5)],
    )


def _of_archive(layer: dict[str, Any]) -> dict[str, Any]:
    """The layer drawn from the one source the archive is."""
    return {**layer, "source": "city"} if "source" in layer else layer


def _page(
    sources: Sequence[FeatureSource],
    style: dict[str, Any],
    title: str,
    archive: str,
    told: Archived,
    script: str,
    css: str,
) -> str:
    language = get_language() or "ja"
    facts = {
        "archive": archive,
        "style": style,
        "bounds": told.bounds,
        "lang": language,
        "listed": _listed(style),
        "ruled": _ruled(style),
        "fields": _fields(sources),
        "choices": _choices(sources),
        "words": {
            "found": _("%d entries in view; zoom in where some are put together."),
            "failed": _("Part of the map could not be loaded. The host must answer requests for ranges of bytes."),
            "NavigationControl.ZoomIn": _("Zoom in"),
            "NavigationControl.ZoomOut": _("Zoom out"),
            "AttributionControl.ToggleAttribution": _("Attribution"),
        },
    }  # fmt: skip
    return render_to_string(
        "portal/published_map.html",
        {
            "title": title,
            "lang": language,
            "date": shown_date(timezone.localdate()),
            "legend": _legend(),
            "overlays": _overlays(sources, style),
            "told": _json(facts),
            # A script ends at its end tag, wherever that stands.
            "script": script.replace("</script", "<\\/script"),
            "css": css,
        },
    )


def _json(facts: dict[str, Any]) -> Any:
    return mark_safe(json_script(facts).replace("<script ", "<script data-map-told ", 1))


def _listed(style: dict[str, Any]) -> list[str]:
    """Layers whose features are entries of the list: single points."""
    return [layer["id"] for layer in style["layers"] if layer["id"].endswith("-points")]


def _ruled(style: dict[str, Any]) -> list[str]:
    """Layers of the entries themselves, which the ticks beside the categories rule."""
    return [layer["id"] for layer in style["layers"] if layer.get("source-layer") == "resources"]


def _overlays(sources: Iterable[FeatureSource], style: dict[str, Any]) -> list[dict[str, str]]:
    """All else that can be switched on, each with its layers; only the first is drawn before anybody chooses."""
    found = []
    for source in sources:
        layers = [layer["id"] for layer in style["layers"] if layer.get("source-layer") == source.slug]
        if source.slug != "resources":
            found.append({"title": str(source.metadata.title), "layers": json.dumps(layers)})
    return found


def _fields(sources: Iterable[FeatureSource]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for source in sources:
        fields = source.fields()
        found |= {key: str(fields[key].title) for key in published_keys(source) if key not in UNTOLD}
    return list(found.items())


def _choices(sources: Iterable[FeatureSource]) -> dict[str, dict[str, str]]:
    """Titles of codes, by field."""
    found: dict[str, dict[str, str]] = {}
    for source in sources:
        fields = source.fields()
        for key in published_keys(source):
            if fields[key].kind in {Kind.CHOICE, Kind.CHOICES, Kind.BOOLEAN} and fields[key].choices:
                found.setdefault(key, {}).update({code: str(title) for code, title in fields[key].choices})
    return found


def _legend() -> list[dict[str, str]]:
    words = vocabulary()
    return [
        {
            "title": item.title,
            "colour": item.colour,
            "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in outline(item.shape, 9.0)),
            "code": item.code,
            "codes": json.dumps(_codes(words.categories[item.code])),
        }
        for item in top_styles(words)
    ]


def _codes(top: CategoryInfo) -> list[str]:
    """A category with all below it."""
    return [info.code for info in vocabulary().categories.values() if info.id in top.descendants]
