"""What a source offers those who write to it: features in, by the names they are read by (OGC API – Features Part 4).

A writer decides what this viewer may do, turns properties into items of the editing services, and lets those do the
work: rights, cleaning, history, record and places are theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.contrib.gis.geos import GEOSGeometry

from layers.access import Act, Viewer

if TYPE_CHECKING:
    from layers.editing.items import EditItem

#: Keeps a proposed change and gives the page that shows it: viewer, number, values by item, version, note (R49).
ChangeProposer = Callable[[Viewer, int | None, dict[str, Any], int, str], str | None]
#: The same for taking an entry out: viewer, number, note.
RemovalProposer = Callable[[Viewer, int, str], str | None]


def _nobody(*_given: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Door:
    """How a change came in. ``name``: what history and record call it; the others keep what has to be proposed."""

    name: str = ""
    propose_change: ChangeProposer = field(default=_nobody)
    propose_removal: RemovalProposer = field(default=_nobody)


@dataclass(frozen=True, slots=True)
class FeatureEdit:
    """Properties and geometry (EPSG:4326) as they are to be.

    ``has_geometry``: the geometry is part of the change, ``None`` then takes it away. ``is_lenient``: what looks
    wrong about a position is accepted.
    """

    properties: Mapping[str, Any]
    geometry: GEOSGeometry | None = None
    has_geometry: bool = False
    is_lenient: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was done. ``proposal``: address of the page of what waits for approval; then nothing is changed yet."""

    id: int | None
    version: int | None = None
    proposal: str = ""

    @property
    def is_proposal(self) -> bool:
        """Whether somebody else has to approve it first."""
        return bool(self.proposal)


class UnknownProperties(ValueError):
    """Properties the viewer's features do not have; what he may not see is not told from what is not there."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = list(names)


class Outdated(RuntimeError):
    """The feature is no longer at the version the writer saw. ``version``: that of now."""

    def __init__(self, version: int) -> None:
        super().__init__(str(version))
        self.version = version


class FeatureWriter(Protocol):
    """Writes features of one source for one viewer. Every call is one transaction: all of it or nothing.

    ``version``: the one the client saw; None where it does not say. All raise ``FeatureNotFound`` for what the viewer
    does not see, ``NotAllowed`` for what he may not do, :class:`UnknownProperties`, ``InvalidValues`` by property
    (``geometry`` among them) and :class:`Outdated`.
    """

    def may_create(self) -> bool:
        """Whether he may add features, or propose them."""

    def acts(self) -> frozenset[Act]:
        """What he may do with at least some features: of CREATE, UPDATE and DELETE."""

    def items(self) -> "dict[str, EditItem]":
        """Properties that can be written, with what may stand in them."""

    def required(self) -> tuple[str, ...]:
        """Properties a new feature needs."""

    def version(self, feature_id: int) -> int | None:
        """The version of a feature he may write to; None for others."""

    def create(self, edit: FeatureEdit, door: Door) -> Written:
        """Adds a feature."""

    def replace(self, feature_id: int, edit: FeatureEdit, door: Door, version: int | None = None) -> Written:
        """Makes a feature what is given; what is not given becomes empty where it may be."""

    def update(self, feature_id: int, edit: FeatureEdit, door: Door, version: int | None = None) -> Written:
        """Changes the properties given, no others."""

    def delete(self, feature_id: int, door: Door, version: int | None = None) -> Written:
        """Takes a feature away, in such a way that it can be brought back."""
