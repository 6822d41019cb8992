"""Mounted at ``/tiles/``."""

from django.urls import path

from tiles import views

app_name = "tiles"

urlpatterns = [
    path("basemap/<int:z>/<int:x>/<int:y>.mvt", views.basemap_tile, name="basemap-tile"),
    path("basemap.json", views.basemap_tilejson, name="basemap-tilejson"),
    path("<slug:source>/<int:z>/<int:x>/<int:y>.mvt", views.tile, name="tile"),
    path("<slug:source>.json", views.tilejson, name="tilejson"),
]
