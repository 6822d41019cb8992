"""The service under test, over HTTP or inside the process, as the lists of requirements see it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
PAGE = 1_000


class NotMet(AssertionError):
    """A requirement that does not hold."""


def need(holds: object, *said: object) -> None:
    """Raise :class:`NotMet` unless something holds."""
    if not holds:
        raise NotMet(" ".join(map(str, said)))


@dataclass(frozen=True)
class Answer:
    """One answer; names of headers in small letters."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()

    @cached_property
    def json(self) -> Any:
        """The body as JSON; :class:`NotMet` where it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise NotMet(f"{self.url}: not JSON") from error

    def must_be(self, status: int) -> "Answer":
        """This answer, with the status wanted."""
        need(self.status == status, self.url, f"answered {self.status}, not {status}:", self.body[:200])
        return self


class Transport(Protocol):
    """How a request is sent. ``url`` is absolute."""

    def send(self, url: str, headers: Mapping[str, str], method: str) -> Answer:
        """One request; redirects are not followed."""
        ...


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_given: Any) -> None:
        return None


class OverHttp:
    """A running portal. ``token``: an API token, or empty for a stranger."""

    def __init__(self, token: str = "") -> None:
        self._opener = build_opener(ProxyHandler({}), _NoRedirects())
        self._own = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, url: str, headers: Mapping[str, str], method: str) -> Answer:
        """One request."""
        request = Request(url, headers={**self._own, **headers}, method=method)
        try:
            with self._opener.open(request, timeout=120) as found:
                return Answer(url, found.status, _small(found.headers.items()), found.read())
        except HTTPError as error:
            return Answer(url, error.code, _small(error.headers.items()), error.read())


def _small(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


class InProcess:
    """A client of Django's tests."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, url: str, headers: Mapping[str, str], method: str) -> Answer:
        """One request."""
        path = re.sub(r"^https?://[^/]+", "", url)
        found = self._client.generic(method, path, headers=dict(headers))
        body = b"".join(found.streaming_content) if found.streaming else found.content
        return Answer(url, found.status_code, _small(found.items()), body)


@dataclass
class Service:
    """The service below ``root`` (absolute, without a slash at its end); what was read of it is kept."""

    transport: Transport
    root: str
    _kept: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def get(self, path: str, accept: str = JSON, method: str = "GET", **query: Any) -> Answer:
        """One answer. ``path``: below the root, or an absolute address of a link."""
        url = path if path.startswith("http") else self.root + path
        if query:
            named = {key.replace("_", "-"): value for key, value in query.items()}
            url += ("&" if "?" in url else "?") + urlencode(named)
        return self.transport.send(url, {"Accept": accept}, method)

    def known(self, path: str, accept: str = JSON) -> Answer:
        """An answer read once."""
        key = (path, accept)
        if key not in self._kept:
            self._kept[key] = self.get(path, accept)
        return self._kept[key].must_be(200)

    @property
    def landing(self) -> Any:
        """The landing page."""
        return self.known("/").json

    @property
    def api(self) -> Any:
        """The OpenAPI definition, found by its link."""
        found = [link for link in self.landing["links"] if link["rel"] == "service-desc"]
        need(found, "no link service-desc")
        return self.known(found[0]["href"], found[0]["type"]).json

    @property
    def classes(self) -> list[str]:
        """Conformance classes."""
        found: list[str] = self.known("/conformance").json["conformsTo"]
        return found

    @property
    def collections(self) -> list[Any]:
        """Collections of features; a suite that finds none shows nothing."""
        found = [
            item
            for item in self.known("/collections").json["collections"]
            if item.get("itemType", "feature") == "feature"
        ]
        need(found, "there is no collection of features")
        return found

    def features(self, slug: str, **query: Any) -> list[Any]:
        """Every feature a question finds, page by page along the links."""
        answer = self.get(f"/collections/{slug}/items", GEOJSON, limit=PAGE, **query).must_be(200)
        found = list(answer.json["features"])
        while further := link_of(answer.json["links"], "next"):
            answer = self.get(further["href"], GEOJSON).must_be(200)
            found += answer.json["features"]
        return found

    def all_features(self, slug: str) -> list[Any]:
        """Every feature of a collection, read once."""
        key = ("features", slug)
        if key not in self._kept:
            found = json.dumps(self.features(slug)).encode()
            self._kept[key] = Answer(f"features of {slug}", 200, {}, found)
        found_features: list[Any] = self._kept[key].json
        return found_features

    def parameter(self, path: str, name: str) -> Any:
        """A parameter of an operation as the definition describes it."""
        return next((found for found in self.parameters(path) if found["name"] == name), None)

    def parameters(self, path: str) -> list[Any]:
        """Parameters of a GET, references looked up."""
        need(path in self.api["paths"], path, "is not in the definition")
        return [self.looked_up(item) for item in self.api["paths"][path]["get"].get("parameters", [])]

    def looked_up(self, item: Any) -> Any:
        """What a reference into the definition stands for."""
        while "$ref" in item:
            found = self.api
            for step in item["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            item = found
        return item


def link_of(links: list[Any], rel: str, media: str = "") -> Any:
    """The first link of a relation (and media type), or None."""
    return next(
        (link for link in links if link["rel"] == rel and link.get("type", "").startswith(media)), None
    )
