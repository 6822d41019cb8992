"""The network address of a client, for counting failures; it is stored nowhere but with failed sign-ins and sessions."""

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"


def client_address(request: HttpRequest) -> str:
    """The client's address. Behind a proxy (``BEHIND_PROXY``) the last one it names, the only one it saw itself."""
    if settings.BEHIND_PROXY:
        named = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")[-1].strip()
        if named:
            return named
    return str(request.META.get("REMOTE_ADDR") or UNKNOWN)
