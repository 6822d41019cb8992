"""OGC API – Maps, part 1 (20-058)."""
