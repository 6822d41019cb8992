"""``/admin/``: for administrators, who sign in on the portal's own page."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

#: Levels take the place of groups, mail addresses are not confirmed; sessions and locks end at their account.
NOT_ADMINISTERED = frozenset(
    {
        "auth.Group",
        "account.EmailAddress",
        "usersessions.UserSession",
        "axes.AccessAttempt",
        "axes.AccessFailureLog",
        "axes.AccessLog",
        "procrastinate.ProcrastinateJob",
    }
)


class PortalAdminSite(admin.AdminSite):
    """Django's administration behind the portal's sign-in, lock-out and session limits."""

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("Administration")
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's, but leaves out what libraries register and nobody here administers."""
        models = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        wanted = [model for model in models if model._meta.label not in NOT_ADMINISTERED]
        super().register(wanted, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Administrators only."""
        return bool(getattr(request.user, "is_administrator", False))

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Sends to the portal's own sign-in; whoever is signed in without the right is told so.

        Raises:
            PermissionDenied: signed in, but no administrator.
        """
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': target})}")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The portal's own sign-out, which asks first."""
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The portal's own page."""
        return HttpResponseRedirect(reverse("account_change_password"))


class PortalAdminConfig(AdminConfig):
    """Makes :class:`PortalAdminSite` the site models register with."""

    default_site = "gisportal.accounts.admin_site.PortalAdminSite"
