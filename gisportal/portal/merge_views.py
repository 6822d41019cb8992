"""Two entries of the same thing become one (R28)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisportal.portal.answers import private
from gisportal.portal.edit_views import forbidden, opened
from gisportal.portal.search_views import resource_source, viewer_of
from layers.access import Act
from layers.editing.duplicates import likely_duplicates
from layers.editing.errors import InvalidValues, NotAllowed
from layers.editing.items import PLACE
from layers.editing.merging import merge_resources
from layers.editing.opening import entry_items, open_entry
from layers.editing.values import changed_keys, current_values, in_words
from layers.errors import FeatureNotFound
from layers.models import Resource

MOST = 20


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, resource_id: int) -> HttpResponse:
    """Without ``with``: likely duplicates and a search. With it: both side by side, item by item."""
    row = opened(request, resource_id, Act.MERGE)
    if isinstance(row, HttpResponse):
        return row
    given = (request.POST if request.method == "POST" else request.GET).get("with", "").strip()
    if not given:
        return private(render(request, "portal/edit/merge_search.html", _search(request, row)))
    other = _other(request, row, given)
    if other is None:
        messages.error(request, _("Choose another entry that you may merge."))
        return redirect("portal:merge", resource_id)
    if request.method == "POST":
        return _merged(request, row, other)
    return private(render(request, "portal/edit/merge.html", _side_by_side(request, row, other)))


def _other(request: HttpRequest, row: Resource, given: str) -> Resource | None:
    if not (given.isascii() and given.isdigit() and len(given) < 19) or int(given) == row.pk:
        return None
    try:
        return open_entry(viewer_of(request), int(given), Act.MERGE)
    except (FeatureNotFound, NotAllowed):
        return None


def _search(request: HttpRequest, row: Resource) -> dict[str, Any]:
    words = request.GET.get("q", "").strip()[:100]
    found = []
    if words:
        source = resource_source(request)
        features = source.load(
            source.parse({"q": words}), limit=MOST, keys=["name", "category_title", "address"]
        )
        found = [{"id": item.id, **item.properties} for item in features if item.id != row.pk]
    titles = {"name": _("same name"), "phone": _("same telephone"), "near": _("same place, like name")}
    likely = [
        {"item": item, "reasons": [titles[reason] for reason in item.reasons]}
        for item in likely_duplicates(viewer_of(request), row)
    ]
    return {"row": row, "words": words, "found": found, "likely": likely}


def _side_by_side(request: HttpRequest, row: Resource, other: Resource) -> dict[str, Any]:
    viewer = viewer_of(request)
    items = entry_items(viewer, row)
    kept, merged = current_values(row, viewer), current_values(other, viewer)
    merged = {key: merged.get(key) for key in items}
    rows = [
        {
            "key": key,
            "title": item.title,
            "kept": in_words(item, kept.get(key)),
            "merged": in_words(item, merged[key]),
        }
        for key, item in items.items()
        if key in changed_keys(kept, merged) and key not in PLACE
    ]
    place = [key for key in PLACE if key in items and key in changed_keys(kept, merged)]
    if place:
        shown = [key for key in ("postcode", "address", "building", "lat", "lon") if key in items]
        texts = [
            " ".join(filter(None, (in_words(items[key], side.get(key)) for key in shown)))
            for side in (kept, merged)
        ]
        rows.append({"key": "place", "title": _("Place"), "kept": texts[0], "merged": texts[1]})
    for each in rows:
        each["take"] = not each["kept"]
    return {"row": row, "other": other, "rows": rows}


def _merged(request: HttpRequest, row: Resource, other: Resource) -> HttpResponse:
    take = {key.removeprefix("take.") for key, value in request.POST.items()
            if key.startswith("take.") and value == "merged"}  # fmt: skip
    if "place" in take:
        take = (take - {"place"}) | set(PLACE)
    try:
        merge_resources(
            viewer_of(request), row.pk, other.pk, take, request.POST.get("note", "").strip()[:300]
        )
    except InvalidValues as wrong:
        for texts in wrong.errors.values():
            messages.error(request, " ".join(texts))
        return redirect("portal:merge", row.pk)
    except NotAllowed:
        return forbidden(request)
    messages.success(
        request,
        _("“%(name)s” has been merged into this entry; its address leads here.") % {"name": other.name},
    )
    return redirect("portal:resource", row.pk)
