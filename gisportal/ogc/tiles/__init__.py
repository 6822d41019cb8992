"""OGC API – Tiles, part 1 (20-057), with the tile matrix sets of 17-083r4."""
