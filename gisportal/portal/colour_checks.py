"""Whether a category's colour can be read and told from the others, also by colour-blind people (R7, R8)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from layers.editing.categories import Node
from styles import contrast

#: What the pins stand on: paper and the lightest and darkest common ground of the base maps.
GROUND = "#ffffff"


@dataclass(frozen=True, slots=True)
class Seen:
    """How one kind of eye sees the colour, and the category it comes nearest to."""

    vision: str
    colour: str
    nearest: str
    nearest_colour: str
    nearest_shape: str
    distance: float
    is_near: bool
    is_same_shape: bool


@dataclass(frozen=True, slots=True)
class ColourReport:
    """All findings on one colour. ``warnings``: sentences, the worst first; empty where all is well."""

    colour: str
    shape: str
    contrast: float
    is_readable: bool
    seen: tuple[Seen, ...]
    warnings: tuple[str, ...]


def vision_titles() -> dict[str, str]:
    """Kinds of colour vision in words, with the share of men who have it."""
    return {
        "normal": _("common colour vision"),
        "protan": _("protan (type 1, about 1.5% of men)"),
        "deutan": _("deutan (type 2, about 3.5% of men)"),
        "tritan": _("tritan (type 3, rare)"),
    }


def colour_report(colour: str, shape: str, others: Mapping[str, Node]) -> ColourReport:
    """Findings on a colour beside ``others`` (title → line of the tree). Raises ``ValueError`` for no colour."""
    ratio = contrast.contrast(colour, GROUND)
    titles = vision_titles()
    seen = tuple(found for vision in contrast.VISIONS if (found := _nearest(colour, shape, others, vision)))
    warnings = [
        _("For %(vision)s it is taken for “%(title)s”, which has the same shape.")
        % {"vision": titles[each.vision], "title": each.nearest}
        for each in seen
        if each.is_near and each.is_same_shape
    ]
    if ratio < contrast.MIN_GRAPHIC_CONTRAST:
        warnings.append(
            _("Its contrast to white is %(ratio)s; pins need at least %(least)s.")
            % {"ratio": f"{ratio:.1f}", "least": f"{contrast.MIN_GRAPHIC_CONTRAST:.1f}"}
        )
    return ColourReport(
        colour, shape, ratio, ratio >= contrast.MIN_GRAPHIC_CONTRAST,
        tuple(_named(each, titles) for each in seen), tuple(warnings),
    )  # fmt: skip


def _named(seen: Seen, titles: Mapping[str, str]) -> Seen:
    return Seen(
        titles[seen.vision], seen.colour, seen.nearest, seen.nearest_colour, seen.nearest_shape, seen.distance,
        seen.is_near, seen.is_same_shape,
    )  # fmt: skip


def _nearest(colour: str, shape: str, others: Mapping[str, Node], vision: str) -> Seen | None:
    if not others:
        return None
    distances = {title: contrast.distance(colour, node.colour, vision) for title, node in others.items()}
    # Where several are too near, the one of the same shape is the one that matters.
    near = {title: apart for title, apart in distances.items() if apart < contrast.MIN_DISTANCE}
    title = min(
        near or distances, key=lambda each: (others[each].shape != shape if near else False, distances[each])
    )
    node = others[title]
    return Seen(
        vision, contrast.seen_hex(colour, vision), title, contrast.seen_hex(node.colour, vision), node.shape,
        distances[title], title in near, node.shape == shape,
    )  # fmt: skip
