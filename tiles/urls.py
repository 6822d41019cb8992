"""Mounted at ``/tiles/``."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from tiles import raster_views, views


class PictureConverter(StringConverter):
    """Formats of raster tiles."""

    regex = "png|webp"


register_converter(PictureConverter, "picture")

app_name = "tiles"

urlpatterns = [
    path("basemap/<int:z>/<int:x>/<int:y>.mvt", views.basemap_tile, name="basemap-tile"),
    path("basemap.json", views.basemap_tilejson, name="basemap-tilejson"),
    path("<slug:source>/<int:z>/<int:x>/<int:y>.mvt", views.tile, name="tile"),
    path("<slug:source>/<int:z>/<int:x>/<int:y>.<picture:picture>", raster_views.tile, name="raster-tile"),
    path("<slug:source>/value", raster_views.value, name="raster-value"),
    path("<slug:source>.json", views.tilejson, name="tilejson"),
]
