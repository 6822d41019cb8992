from django.urls import path

from gisportal.modules.history import views

app_name = "history"

urlpatterns = [
    path("resources/<int:resource_id>/history/", views.history, name="list"),
    path("resources/<int:resource_id>/history/<int:version>/", views.version, name="version"),
    path("resources/<int:resource_id>/history/<int:version>/map.svg", views.moved, name="map"),
]
