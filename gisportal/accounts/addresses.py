"""The network address of a client: for counting failures, stored with them and with sessions only."""

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"


def client_address(request: HttpRequest) -> str:
    """The address; behind a proxy (``BEHIND_PROXY``) the last one it names: it saw that itself."""
    if settings.BEHIND_PROXY:
        named = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")[-1].strip()
        if named:
            return named
    return str(request.META.get("REMOTE_ADDR") or UNKNOWN)
