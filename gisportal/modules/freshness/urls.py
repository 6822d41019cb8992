from django.urls import path

from gisportal.modules.freshness import views

app_name = "freshness"

urlpatterns = [
    path("freshness/", views.overview, name="overview"),
    path("freshness/remind", views.send, name="remind"),
    path("resources/<int:resource_id>/confirm", views.confirm, name="confirm"),
]
