"""Mounted at ``/styles/``."""

from django.urls import path

from styles import views

app_name = "styles"

urlpatterns = [
    path("<slug:style>.json", views.style, name="style"),
    path("<slug:style>.sld", views.style_sld, name="style-sld"),
    path("<slug:style>.qml", views.style_qml, name="style-qml"),
    path("<slug:style>/legend.svg", views.legend_svg, name="legend-svg"),
    path("<slug:style>/legend.png", views.legend_png, name="legend-png"),
]
