"""Addresses of the pages on which entries are registered, changed, deleted and merged; below ``/resources/``."""

from django.urls import path

from gisportal.portal import edit_views, merge_views, people_views, site_edit_views, trash_views

urlpatterns = [
    path("new/", edit_views.create, name="new"),
    path("trash/", trash_views.trash, name="trash"),
    path("<int:resource_id>/edit/", edit_views.edit, name="edit"),
    path("<int:resource_id>/settle", edit_views.settle, name="settle"),
    path("<int:resource_id>/undo", edit_views.undo, name="undo"),
    path("<int:resource_id>/site/", site_edit_views.edit_site, name="site"),
    path("<int:resource_id>/people/", people_views.people, name="people"),
    path("<int:resource_id>/delete/", trash_views.delete, name="delete"),
    path("<int:resource_id>/restore", trash_views.restore, name="restore"),
    path("<int:resource_id>/merge/", merge_views.merge, name="merge"),
]
