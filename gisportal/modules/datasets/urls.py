"""Addresses of uploaded layers. ``new``, ``uploads`` and ``trash`` are no names of layers (``forms.py``)."""

from django.urls import path

from gisportal.modules.datasets import (
    downloads,
    keeping_views,
    raster_style_views,
    statistics_views,
    style_views,
    upload_views,
    views,
)

app_name = "datasets"
urlpatterns = [
    path("layers/", views.index, name="index"),
    path("layers/new/", upload_views.upload, name="new"),
    path("layers/uploads/<int:upload_id>/", upload_views.look, name="upload"),
    path("layers/uploads/<int:upload_id>/decide", upload_views.decide, name="decide"),
    path("layers/uploads/<int:upload_id>/progress", upload_views.progress, name="progress"),
    path("layers/trash/<int:layer_id>/restore", keeping_views.restore, name="restore"),
    path("layers/<slug:slug>/", views.layer, name="layer"),
    path("layers/<slug:slug>/download.<str:ending>", downloads.download, name="download"),
    path("layers/<slug:slug>/new-edition/", upload_views.new_edition, name="new-edition"),
    path("layers/<slug:slug>/edit/", keeping_views.edit, name="edit"),
    path("layers/<slug:slug>/style/", style_views.style, name="style"),
    path("layers/<slug:slug>/style/rules", style_views.rules, name="style-rules"),
    path("layers/<slug:slug>/edition", keeping_views.show_edition, name="edition"),
    path("layers/<slug:slug>/remove", keeping_views.remove, name="remove"),
    path("layers/<slug:slug>/colours/", raster_style_views.colours, name="colours"),
    path("layers/<slug:slug>/colours/preview", raster_style_views.preview, name="colours-preview"),
    path("layers/<slug:slug>/statistics/", statistics_views.page, name="statistics"),
    path("layers/<slug:slug>/statistics.csv", statistics_views.as_csv, name="statistics-csv"),
    path("layers/<slug:slug>/statistics.xlsx", statistics_views.as_excel, name="statistics-excel"),
]
