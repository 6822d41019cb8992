"""OGC API – Styles, part 1 (draft 20-009)."""
