"""Addresses of analysis (design §5)."""

from django.urls import path

from gisportal.planning import views

app_name = "planning"

urlpatterns = [
    path("crosstab", views.crosstab_page, name="crosstab"),
    path("crosstab.json", views.crosstab_json, name="crosstab-json"),
    path("crosstab.geojson", views.crosstab_geojson, name="crosstab-geojson"),
]
