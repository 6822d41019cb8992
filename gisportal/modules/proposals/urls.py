from django.urls import path

from gisportal.modules.proposals import views

app_name = "proposals"

urlpatterns = [
    path("proposals/", views.queue, name="list"),
    path("proposals/<int:proposal_id>/", views.item, name="item"),
    path("proposals/<int:proposal_id>/approve", views.approve, name="approve"),
    path("proposals/<int:proposal_id>/send-back", views.send_back, name="send-back"),
    path("proposals/<int:proposal_id>/withdraw", views.withdraw, name="withdraw"),
    path("proposals/<int:proposal_id>/map.svg", views.moved, name="map"),
    path("resources/<int:resource_id>/report/", views.report, name="report"),
]
