"""Districts a service may be said to serve."""

from layers.access import Viewer
from layers.districts import visible_districts
from layers.models import District


def districts_offered(viewer: Viewer) -> dict[str, list[tuple[str, str]]]:
    """Key and title of every district the viewer sees, by the code of its scheme."""
    rows = District.unscoped.filter(visible_districts(viewer)).order_by("scheme_id", "code", "id")
    found: dict[str, list[tuple[str, str]]] = {}
    for scheme, key, title in rows.values_list("scheme__code", "key", "title"):
        found.setdefault(scheme, []).append((key, title))
    return found
