"""Colours and shapes of the categories: the one record style, legend and filter are made from (G6, R7)."""

from dataclasses import asdict, dataclass

from layers.vocabulary import Vocabulary

#: What a category is drawn with if the tile holds one the style does not know yet.
FALLBACK_COLOUR = "#4d4d4d"
FALLBACK_SHAPE = "circle"


@dataclass(frozen=True, slots=True)
class CategoryStyle:
    """How one category is drawn. ``top``: code of its category of the first level; ``order``: place in the legend."""

    code: str
    title: str
    colour: str
    shape: str
    parent: str | None
    top: str
    order: int

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def category_styles(words: Vocabulary) -> list[CategoryStyle]:
    """Every category in the order of the tree, titles in the language in force."""
    return [
        CategoryStyle(item.code, item.title, item.colour, item.shape, item.parent, item.top, order)
        for order, item in enumerate(words.categories.values())
    ]


def top_styles(words: Vocabulary) -> list[CategoryStyle]:
    """Categories of the first level: the lines of the legend."""
    return [item for item in category_styles(words) if item.parent is None]
