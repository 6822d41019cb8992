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
    path("layers/<str:slug>/", views.layer, name="layer"),
    path("layers/<str:slug>/download.<str:ending>", downloads.download, name="download"),
    path("layers/<str:slug>/new-edition/", upload_views.new_edition, name="new-edition"),
    path("layers/<str:slug>/edit/", keeping_views.edit, name="edit"),
    path("layers/<str:slug>/style/", style_views.style, name="style"),
    path("layers/<str:slug>/style/rules", style_views.rules, name="style-rules"),
    path("layers/<str:slug>/edition", keeping_views.show_edition, name="edition"),
    path("layers/<str:slug>/remove", keeping_views.remove, name="remove"),
    path("layers/<str:slug>/colours/", raster_style_views.colours, name="colours"),
    path("layers/<str:slug>/colours/preview", raster_style_views.preview, name="colours-preview"),
    path("layers/<str:slug>/statistics/", statistics_views.page, name="statistics"),
    path("layers/<str:slug>/statistics.csv", statistics_views.as_csv, name="statistics-csv"),
    path("layers/<str:slug>/statistics.xlsx", statistics_views.as_excel, name="statistics-excel"),
]
