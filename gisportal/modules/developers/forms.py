"""The form by which a person makes a token."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gisportal.accounts.models import ApiToken
from layers.access import Level, Viewer
from layers.source import sources

#: Valid tokens one account may have at once: each has limits of its own.
MOST: Final = 20
WRITERS: Final = frozenset({Level.A, Level.B, Level.C, Level.ADMINISTRATOR})
_DAYS: Final = [("30", _("30 days")), ("90", _("90 days")), ("365", _("one year")), ("0", _("until revoked"))]


class TokenForm(forms.Form):
    """Name, collections, reading or writing, expiry, and lower limits of its own.

    ``viewer``: only collections he may see are offered, and writing only where he may write.
    """

    name = forms.CharField(
        label=_("Name of the program"),
        max_length=100,
        help_text=_("By it you recognise the token: QGIS of the planning office, nightly script …"),
    )
    reach = forms.ChoiceField(
        label=_("Collections it may use"),
        choices=[("all", _("All I may see")), ("some", _("Only these"))],
        widget=forms.RadioSelect,
        initial="all",
        help_text=_(
            "A token for some collections opens /ogc/, /tiles/ and /styles/ of those alone, and no pages."
        ),
    )
    sources = forms.MultipleChoiceField(
        label=_("Only these collections"), required=False, widget=forms.CheckboxSelectMultiple
    )
    act = forms.ChoiceField(
        label=_("May"),
        choices=[("read", _("read")), ("write", _("read and write"))],
        widget=forms.RadioSelect,
        initial="read",
    )
    days = forms.ChoiceField(label=_("Valid"), choices=_DAYS, initial="90")
    rate_per_minute = forms.IntegerField(
        label=_("Requests a minute at most"), required=False, min_value=1, max_value=2_000_000_000
    )
    daily_quota = forms.IntegerField(
        label=_("Requests a day at most"), required=False, min_value=1, max_value=2_000_000_000
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.viewer = viewer
        self.fields["sources"].choices = [  # type: ignore[attr-defined]
            (source.slug, f"{source.metadata.title} ({source.slug})") for source in sources(viewer)
        ]
        if viewer.level not in WRITERS:
            self.fields["act"].choices = [("read", _("read"))]  # type: ignore[attr-defined]
        for name, limit in (("rate_per_minute", settings.RATE_TOKEN), ("daily_quota", settings.QUOTA_TOKEN)):
            if limit:
                self.fields[name].help_text = _("Empty: %(limit)s.") % {"limit": f"{limit:,}"}

    def _lower(self, name: str, limit: int) -> int | None:
        """Only the administrator gives more than everybody has."""
        given: int | None = self.cleaned_data.get(name)
        if given is not None and limit and given > limit and self.viewer.level is not Level.ADMINISTRATOR:
            raise forms.ValidationError(_("At most %(limit)s.") % {"limit": f"{limit:,}"})
        return given

    def clean_rate_per_minute(self) -> int | None:
        """No more than the settings say."""
        return self._lower("rate_per_minute", settings.RATE_TOKEN)

    def clean_daily_quota(self) -> int | None:
        """No more than the settings say."""
        return self._lower("daily_quota", settings.QUOTA_TOKEN)

    def clean(self) -> dict[str, Any]:
        """Some collections are named where only some are meant; the account has room for one more token."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reach") == "some" and not cleaned.get("sources"):
            self.add_error("sources", _("Choose at least one collection."))
        now = timezone.now()
        valid = ApiToken.objects.filter(account_id=self.viewer.account_id or 0, revoked_at=None).exclude(
            expires_at__lt=now
        )
        if valid.count() >= MOST:
            self.add_error(None, _("You have %(most)d tokens. Revoke one first.") % {"most": MOST})
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """What ``create_token`` is given."""
        values = self.cleaned_data
        days = int(values["days"])
        return {
            "name": values["name"].strip(),
            "sources": values["sources"] if values["reach"] == "some" else None,
            "may_write": values["act"] == "write",
            "expires_at": timezone.now() + timedelta(days=days) if days else None,
            "rate_per_minute": values["rate_per_minute"],
            "daily_quota": values["daily_quota"],
        }
