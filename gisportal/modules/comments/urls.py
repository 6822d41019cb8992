from django.urls import path

from gisportal.modules.comments import class_views, views

app_name = "comments"

urlpatterns = [
    path("comments/", views.comments, name="search"),
    path("comments/map.geojson", views.map_data, name="map"),
    path("comments/export.<str:ending>", views.export, name="export"),
    path("comments/new", views.create, name="create"),
    path("comments/<int:comment_id>/", views.comment, name="comment"),
    path("comments/<int:comment_id>/edit", views.edit, name="edit"),
    path("comments/<int:comment_id>/delete", views.delete, name="delete"),
    path("comments/<int:comment_id>/restore", views.restore, name="restore"),
    path("comments/photos/<int:photo_id>/<str:size>.jpg", views.photo, name="photo"),
    path("settings/comment-classes/", class_views.classes, name="classes"),
]
