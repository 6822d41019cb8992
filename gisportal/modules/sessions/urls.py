"""Addresses of meetings."""

from django.urls import path

from gisportal.modules.sessions import views

app_name = "meetings"
urlpatterns = [
    path("resources/<int:resource_id>/sessions/", views.sessions, name="list"),
    path("resources/<int:resource_id>/sessions/<int:session_id>/", views.sessions, name="edit"),
    path("resources/<int:resource_id>/sessions/<int:session_id>/delete", views.delete, name="delete"),
    path("resources/<int:resource_id>/sessions.ics", views.calendar_file, name="calendar"),
]
