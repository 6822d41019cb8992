"""Tokens that stand for a person's point, bound to one session (design §2).

``resolvers(request)`` is what every room hands to ``FeatureSource.parse``, so that ``place=<token>`` means the same in
the list, the tile, the export and the OGC request.
"""

import secrets
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from gisportal.accounts.place_models import PersonPlace
from layers.errors import ParameterError
from layers.geocoding.candidates import MatchLevel
from layers.geocoding.service import locate
from layers.query import Resolvers, Spot

#: Name of the session's secret that owns its points.
OWNER_KEY = "place_owner"
#: How much better the best of several answers must be to be taken without asking.
CLEAR_LEAD = 0.1


def _digest(value: str) -> str:
    return sha256(value.encode()).hexdigest()


def _owner(request: HttpRequest, *, create: bool) -> str:
    """Digest of the session's secret; empty where it has none and none is to be made."""
    secret = request.session.get(OWNER_KEY)
    if secret is None and create:
        secret = request.session[OWNER_KEY] = secrets.token_urlsafe(24)
    return _digest(secret) if secret else ""


def can_keep_place(request: HttpRequest) -> bool:
    """Whether the request has a session to keep a point in: a browser has, a client with an API token has not."""
    from gisportal.accounts.middleware import NoSession

    return not isinstance(request.session, NoSession)


@sensitive_variables("spot")
def keep_place(request: HttpRequest, spot: Spot) -> str:
    """Keeps a point for this session and returns its token; what has expired is thrown away.

    Raises:
        ParameterError: an API token has no session to keep it in.
    """
    if not can_keep_place(request):
        raise ParameterError(
            "place", _("A place is kept for browsers; with an API token send near=latitude,longitude.")
        )
    purge_places()
    token = secrets.token_urlsafe(24)
    PersonPlace.objects.create(
        token_digest=_digest(token),
        owner_digest=_owner(request, create=True),
        lon=spot.lon,
        lat=spot.lat,
        label=spot.label[:300],
        lg_code=spot.lg_code,
        town=spot.town,
        expires_at=timezone.now() + timedelta(hours=settings.PLACE_TOKEN_HOURS),
    )
    return token


def find_place(request: HttpRequest, token: str) -> Spot:
    """The point of a token of this very session. Raises :class:`ParameterError` for any other, or an expired one."""
    owner = _owner(request, create=False)
    place = (
        PersonPlace.objects.filter(
            Q(expires_at__gt=timezone.now()), token_digest=_digest(token), owner_digest=owner
        ).first()
        if owner
        else None
    )
    if place is None:
        raise ParameterError(
            "place", _("The place is no longer known here. Enter the address or choose the point again.")
        )
    return Spot(place.lon, place.lat, token, place.label, place.lg_code, place.town)


@sensitive_variables()
def find_address(request: HttpRequest, text: str) -> Spot:
    """The point of an address, from the portal's own gazetteer. Raises :class:`ParameterError` if it is not clear."""
    found = [
        item.candidate
        for item in locate(getattr(request, "viewer", None), text, limit=2)
        if item.candidate.level >= MatchLevel.TOWN
    ]
    if not found:
        raise ParameterError("address", _("The address was not found down to its town."))
    best = found[0]
    if len(found) > 1 and getattr(best, "score", 1) - getattr(found[1], "score", 0) < CLEAR_LEAD:
        raise ParameterError("address", _("The address is ambiguous: name its municipality and town."))
    return Spot(best.lon, best.lat, "", text, best.lg_code, best.town)


def purge_places() -> int:
    """Deletes what has expired; returns how many."""
    return PersonPlace.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def resolvers(request: HttpRequest) -> Resolvers:
    """How ``place=`` and ``address=`` of a request become spots; asked once per value."""

    @lru_cache(maxsize=4)
    def place(token: str) -> Spot:
        return find_place(request, token)

    @lru_cache(maxsize=4)
    def address(text: str) -> Spot:
        return find_address(request, text)

    return Resolvers(place=place, address=address)
