"""Pixels of the pictures that are kept."""

from typing import Final

LONGEST_SIDE: Final = 2000
THUMBNAIL_SIDE: Final = 400
