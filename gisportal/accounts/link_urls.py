"""Addresses of signed links."""

from django.urls import path

from gisportal.accounts.link_views import link

urlpatterns = [
    path("<str:token>/", link, name="link"),
    path("<str:token>/<path:rest>", link, name="link-part"),
]
