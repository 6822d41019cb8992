from django.urls import path

from gisportal.modules.surveys import answer_views, views

app_name = "surveys"

urlpatterns = [
    path("surveys/", views.index, name="index"),
    path("surveys/new", views.create, name="new"),
    path("surveys/<int:campaign_id>/", views.campaign, name="campaign"),
    path("surveys/<int:campaign_id>/act", views.act, name="act"),
    path("surveys/<int:campaign_id>/sheets.pdf", views.sheets_file, name="sheets"),
    path("surveys/entries/<int:entry_id>/", views.entry, name="entry"),
    path("surveys/entries/<int:entry_id>/answer", answer_views.enter, name="answer"),
]
