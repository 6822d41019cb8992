"""Forms of sign-in: allauth's, with labels instead of placeholders."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from django.utils.translation import gettext_lazy as _

LABELS = {
    "login": _("User name"),
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password (again)"),
}


class _Labelled:
    """Takes placeholders away: they vanish while one types and are read as values."""

    fields: dict[str, Any]

    def label_fields(self) -> None:
        """Sets our labels; leaves help where it says something."""
        for name, field in self.fields.items():
            field.label = LABELS[name]
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Labelled, LoginForm):  # type: ignore[misc]
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_fields()
        self.fields["login"].widget.attrs.update(autocapitalize="none", spellcheck="false")
        self.fields["password"].help_text = ""


class NewPasswordForm(_Labelled, ChangePasswordForm):  # type: ignore[misc]
    """The current password and a new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_fields()
        self.fields["oldpassword"].help_text = ""
