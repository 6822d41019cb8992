"""How the address of a collection is written."""

from typing import Final

#: Collections that hold no features and are no sources; they have addresses of their own.
RESERVED: Final = ("catalogue",)

#: Pattern of a collection's address, below the landing page.
SLUG: Final = rf"collections/(?!(?:{'|'.join(RESERVED)})(?:/|$))(?P<slug>[a-z0-9_-]+)"
