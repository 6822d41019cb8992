"""How the address of a collection is written."""

from typing import Final

#: Pattern of a collection's address, below the landing page.
SLUG: Final = r"collections/(?P<slug>[a-z0-9_-]+)"
