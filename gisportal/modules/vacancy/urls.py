"""Addresses of vacancy."""

from django.urls import path

from gisportal.modules.vacancy import link_list_views, views

app_name = "vacancy"
urlpatterns = [
    path("vacancy/", views.office, name="office"),
    path("vacancy/links/", link_list_views.links, name="links"),
    path("vacancy/links/<int:link_id>/revoke", link_list_views.revoke, name="revoke"),
]
