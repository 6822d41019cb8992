"""Which uploaded layers there are for a viewer, without asking the database anew for each tile."""

from threading import Lock
from typing import Final

from layers.access import Audience, Viewer
from layers.models import StoredLayer
from layers.versions import source_version

#: The version of all layers together, kept by ``layers/sql/stored.sql``.
ALL_LAYERS: Final = "stored-layers"

_lock: Final = Lock()
_kept: dict[tuple[Audience, bool], tuple[int, tuple[StoredLayer, ...]]] = {}


def layers_for(viewer: Viewer) -> tuple[StoredLayer, ...]:
    """Layers the viewer may see, in the order of their titles, each with its edition. Not to be changed.

    What ``visible_layers_q`` answers depends on the audience and on being served at all, so it is kept by these
    under the version of the catalogue.
    """
    key = (viewer.audience, viewer.is_served)
    version = source_version(ALL_LAYERS)
    if not version:  # no layer was ever made
        return ()
    kept = _kept.get(key)
    if kept is not None and kept[0] == version:
        return kept[1]
    found = tuple(StoredLayer.unscoped.visible_to(viewer).select_related("current"))
    with _lock:
        _kept[key] = (version, found)
    return found


def forget() -> None:
    """Drop what is kept; for tests that roll the database back."""
    with _lock:
        _kept.clear()
