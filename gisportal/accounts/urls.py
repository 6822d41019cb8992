"""Addresses of sign-in and of one's own account; only pages that exist."""

from allauth.account import views as account_views
from allauth.usersessions import views as session_views
from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from gisportal.accounts import views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", views.InactiveView.as_view(), name="account_inactive"),
    path("password/change/", account_views.password_change, name="account_change_password"),
    # Where allauth sends an account without a password, which can only have signed in by other means.
    path(
        "password/set/",
        RedirectView.as_view(url=reverse_lazy("usersessions_list")),
        name="account_set_password",
    ),
    path("sessions/", session_views.list_usersessions, name="usersessions_list"),
]
