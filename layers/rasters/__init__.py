"""Grids planners upload as GeoTIFF (design §3, StoredRaster): checked, kept as tiled COG, read by window."""
