from django.urls import path

from gisportal.modules.resourcenews import views

app_name = "resourcenews"

urlpatterns = [
    path("news/", views.all_news, name="all"),
    path("news/<int:news_id>/", views.item, name="item"),
    path("news/<int:news_id>/edit", views.edit, name="edit"),
    path("news/<int:news_id>/delete", views.delete, name="delete"),
    path("news/<int:news_id>/restore", views.restore, name="restore"),
    path("news/photos/<int:photo_id>/<str:size>.jpg", views.photo, name="photo"),
    path("resources/<int:resource_id>/news/", views.of_resource, name="of-resource"),
    path("resources/<int:resource_id>/news/new", views.create, name="create"),
]
