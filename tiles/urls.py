"""Mounted at ``/tiles/``."""

from django.urls import path

from tiles import views

app_name = "tiles"

urlpatterns = [
    path("<slug:source>/<int:z>/<int:x>/<int:y>.mvt", views.tile, name="tile"),
    path("<slug:source>.json", views.tilejson, name="tilejson"),
]
