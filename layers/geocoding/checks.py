"""System check of the setting ``GEOCODERS`` (``manage.py check``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from layers.geocoding.external import PROVIDERS


@register()
def check_geocoders(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every name in ``GEOCODERS`` is one that exists."""
    unknown = [name for name in settings.GEOCODERS if name not in PROVIDERS]
    hint = f"One or more of: {', '.join(sorted(PROVIDERS))}; or none."
    return [Error(f"GISPORTAL_GEOCODERS: {n!r} is not known.", hint=hint, id="layers.E001") for n in unknown]
