"""``/settings/usage/``: what each client used by day, for the administrator; also as CSV (D8, I5)."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gisportal.accounts.models import ApiToken
from gisportal.gate.doors import TITLES
from gisportal.gate.models import Usage
from gisportal.modules.developers.source import by_day
from gisportal.portal.export import guarded
from gisportal.portal.settings_views import for_administrator
from layers.errors import ParameterError

PER_PAGE: Final = 100
#: Days shown unless others are asked for, and at most.
DAYS: Final = 30
MOST_DAYS: Final = 800
KNOWN: Final = frozenset({"from", "to", "client", "door", "page", "lang"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Days (both included), kind of client or token, and kind of door."""

    first: date
    last: date
    client: str
    door: str

    @property
    def query(self) -> str:
        """As a query string."""
        values = {"from": self.first, "to": self.last, "client": self.client, "door": self.door}
        return urlencode({name: str(value) for name, value in values.items() if value})


@require_safe
@for_administrator
def usage(request: HttpRequest) -> HttpResponse:
    """A table by day and client, with sums."""
    asked = ask(request)
    rows = found(asked)
    page = Paginator(by_day(rows), PER_PAGE).get_page(request.GET.get("page"))
    sums = rows.aggregate(
        requests=Sum("requests"), bytes=Sum("bytes"), errors=Sum("errors"), limited=Sum("limited")
    )
    context = {
        "asked": asked,
        "page": page,
        "sums": sums,
        "kinds": [kind for kind in Usage.KINDS if kind[0] != "token"],
        "tokens": _used_tokens(),
        "doors": list(TITLES.items()),
        "page_query": asked.query + "&",
    }
    return render(request, "developers/usage.html", context)


@require_safe
@for_administrator
def usage_csv(request: HttpRequest) -> HttpResponse:
    """The same by day, client and door, for a spreadsheet."""
    asked = ask(request)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="usage-{asked.first}-{asked.last}.csv"'
    writer = csv.writer(response)
    writer.writerow(
        [_("Day"), _("Client"), _("Account"), _("Door"), _("Requests"), _("Bytes"), _("Errors"),
         _("Failures of the server"), _("Refused by a limit")]
    )  # fmt: skip
    for row in found(asked).order_by("-day", "kind", "token_id", "door"):
        (day,) = by_day([row])
        cells = [guarded(text) for text in (day.client, day.account, str(TITLES.get(row.door, row.door)))]
        writer.writerow(
            [row.day.isoformat(), *cells, row.requests, row.bytes, row.errors, row.failures, row.limited]
        )
    return response


def ask(request: HttpRequest) -> Asked:
    """What a query string asks for. Raises :class:`layers.errors.ParameterError`."""
    for name in request.GET:
        if name not in KNOWN:
            raise ParameterError(name, _("Unknown parameter."))
    last = _day(request, "to", timezone.localdate())
    first = _day(request, "from", last - timedelta(days=DAYS - 1))
    if not timedelta(0) <= last - first <= timedelta(days=MOST_DAYS):
        raise ParameterError(
            "from",
            _("The first day comes before the last one, by %(most)d days at most.") % {"most": MOST_DAYS},
        )
    client, door = request.GET.get("client", ""), request.GET.get("door", "")
    if client and client not in dict(Usage.KINDS) and not (client.isascii() and client.isdecimal()):
        raise ParameterError("client", _("A kind of client, or the number of a token."))
    if door and door not in TITLES:
        raise ParameterError("door", _("Known are: %(known)s.") % {"known": ", ".join(TITLES)})
    return Asked(first, last, client, door)


def _day(request: HttpRequest, name: str, default: date) -> date:
    given = request.GET.get(name, "")
    try:
        day = parse_date(given) if given else default
    except ValueError:
        day = None
    if day is None:
        raise ParameterError(name, _("A day like 2026-04-01."))
    return day


def found(asked: Asked) -> "QuerySet[Usage]":
    """Rows asked for."""
    rows = Usage.objects.filter(day__range=(asked.first, asked.last))
    if asked.door:
        rows = rows.filter(door=asked.door)
    if asked.client.isdecimal():
        return rows.filter(kind="token", token_id=int(asked.client[:18]))
    return rows.filter(kind=asked.client) if asked.client else rows


def _used_tokens() -> list[tuple[str, str]]:
    """Tokens somebody used, for the choice of the client."""
    used = Usage.objects.filter(kind="token").values_list("token_id", flat=True).distinct()
    rows = (
        ApiToken.objects.filter(pk__in=used).select_related("account").order_by("account__username", "name")
    )
    return [(str(row.pk), f"{row.account.username}: {row.name or row.prefix}") for row in rows]
