"""System checks of the settings (``manage.py check``): a city sees what is wrong before it starts."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

SHORTEST_SECRET = 50
OWN_BASE_MAP = "own"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _secret_key() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < SHORTEST_SECRET or len(set(settings.SECRET_KEY)) < 5:
        yield Error(
            f"GISPORTAL_SECRET_KEY must hold at least {SHORTEST_SECRET} characters that are not all alike.",
            hint="Leave it unset: one is made up and kept in var/secret-key.",
            id="gisportal.E001",
        )


def _base_map() -> Iterator[CheckMessage]:
    known = [*settings.BASE_MAPS, OWN_BASE_MAP]
    if settings.BASE_MAP not in known:
        yield Error(
            f"GISPORTAL_BASE_MAP is {settings.BASE_MAP!r}, which is not known.",
            hint=f"One of: {', '.join(dict.fromkeys(known))}.",
            id="gisportal.E002",
        )


def _hosts() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        return
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "GISPORTAL_ALLOWED_HOSTS must name the hosts the portal answers for; neither empty nor *.",
            hint="For example: GISPORTAL_ALLOWED_HOSTS=chiiki.city.example.jp",
            id="gisportal.E003",
        )


def _between(value: float, least: float, most: float, name: str, identifier: str) -> Iterator[CheckMessage]:
    if not least <= value <= most:
        yield Error(f"{name} is {value:g}; it must lie between {least:g} and {most:g}.", id=identifier)


def _times() -> Iterator[CheckMessage]:
    idle, longest = settings.SESSION_COOKIE_AGE / 3600, settings.SESSION_ABSOLUTE_AGE / 3600
    yield from _between(idle, 1, 24, "GISPORTAL_SESSION_HOURS", "gisportal.E004")
    yield from _between(longest, 1, 72, "GISPORTAL_SESSION_MAX_HOURS", "gisportal.E005")
    if longest < idle:
        yield Error(
            "GISPORTAL_SESSION_MAX_HOURS is shorter than GISPORTAL_SESSION_HOURS.",
            hint="The idle time lies within the longest time of a sign-in.",
            id="gisportal.E006",
        )
    yield from _between(
        settings.SESSIONS_PER_ACCOUNT, 1, 100, "GISPORTAL_SESSIONS_PER_ACCOUNT", "gisportal.E007"
    )
    yield from _between(settings.AXES_FAILURE_LIMIT, 3, 20, "GISPORTAL_LOGIN_FAILURES", "gisportal.E008")
    yield from _between(
        settings.AXES_COOLOFF_TIME * 60, 1, 1440, "GISPORTAL_LOCKOUT_MINUTES", "gisportal.E009"
    )
    yield from _between(settings.PLACE_TOKEN_HOURS, 1, 24, "GISPORTAL_PLACE_HOURS", "gisportal.E010")


def _lg_code() -> Iterator[CheckMessage]:
    code = getattr(settings, "LG_CODE", "")
    if code and not (len(code) == 6 and code.isascii() and code.isdigit()):
        yield Error(
            f"GISPORTAL_LG_CODE is {code!r}; it must be six digits, the check digit included.",
            hint="For example 372013 for Takamatsu.",
            id="gisportal.E012",
        )


def _https() -> Iterator[CheckMessage]:
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if not origin.startswith(("http://", "https://")):
            yield Error(
                f"GISPORTAL_TRUSTED_ORIGINS holds {origin!r}, which has no scheme.",
                hint="For example: https://chiiki.city.example.jp",
                id="gisportal.E011",
            )
    if settings.BEHIND_PROXY and not settings.HTTPS:
        yield Warning(
            "The portal stands behind a proxy but cookies may travel unencrypted.",
            hint="Set GISPORTAL_HTTPS=1 once the proxy speaks HTTPS.",
            id="gisportal.W001",
        )


def _cors() -> Iterator[CheckMessage]:
    for origin in settings.CORS_ORIGINS:
        if origin != "*" and (not origin.startswith(("http://", "https://")) or origin.count("/") != 2):
            yield Error(
                f"GISPORTAL_CORS_ORIGINS holds {origin!r}, which is no origin.",
                hint="For example: https://map.city.example.jp, without a path; or * for all.",
                id="gisportal.E014",
            )


def _publisher() -> Iterator[CheckMessage]:
    """The catalogue says who answers for it; it makes nobody up."""
    if settings.PUBLISHER_EMAIL and not EMAIL.fullmatch(settings.PUBLISHER_EMAIL):
        yield Error(
            f"GISPORTAL_PUBLISHER_EMAIL is {settings.PUBLISHER_EMAIL!r}, which is no mail address.",
            id="gisportal.E015",
        )
    if settings.PUBLISHER_URL and not settings.PUBLISHER_URL.startswith(("https://", "http://")):
        yield Error(
            f"GISPORTAL_PUBLISHER_URL is {settings.PUBLISHER_URL!r}; it must begin with https://.",
            id="gisportal.E016",
        )
    if not settings.DEMO and not (
        settings.PUBLISHER_NAME and (settings.PUBLISHER_EMAIL or settings.PUBLISHER_URL)
    ):
        yield Warning(
            "The catalogue of data names nobody who answers for it.",
            hint="Set GISPORTAL_PUBLISHER_NAME, and GISPORTAL_PUBLISHER_EMAIL or GISPORTAL_PUBLISHER_URL.",
            id="gisportal.W002",
        )


CHECKS: Sequence[Callable[[], Iterator[CheckMessage]]] = (
    _secret_key,
    _base_map,
    _hosts,
    _times,
    _lg_code,
    _https,
    _cors,
    _publisher,
)


@register(Tags.security)
def check_settings(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every finding about the portal's own settings; ids ``gisportal.E001`` onward."""
    return [finding for check in CHECKS for finding in check()]
