"""Uploaded layers in the matrix: every door × every viewer × every audience, against a rule stated here once more.

Stated from design §4 and the issue alone: a public layer is for A to C and the administrator, and for everyone once
the public site is on; a members' one for A, B and the administrator; a staff one for the administrator and A and B of
the city. What lies in the trash, or shows nothing yet, is had by nobody through any door of data.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from layers.models import StoredEdition, StoredFeature, StoredLayer
from layers.models import stored as guarded
from layers.stored import catalogue
from layers.stored.styles import plain_style
from tests.access.rule import Who, is_served, is_staff
from tests.access.test_matrix import SITES
from tests.access.world import LAT, LON, PEOPLE, World

AUDIENCES = ("public", "members", "staff")
FIELDS = [{"key": "note", "title": "備考", "kind": "text", "unit": "", "choices": []}]


@dataclass(frozen=True)
class Piece:
    """A layer of the matrix. ``state``: shown, trash or empty; ``mark``: the one value it holds."""

    slug: str
    audience: str
    state: str
    feature_id: int

    @property
    def mark(self) -> str:
        """Stands in the one feature of the layer, and nowhere else."""
        return f"印{self.slug}印"


def may_see(who: Who, piece: Piece, public: bool) -> bool:
    """The rule in other words."""
    if piece.state != "shown" or not is_served(who, public):
        return False
    if is_staff(who):
        return True
    if piece.audience == "members":
        return who.level in ("a", "b", "administrator")
    return piece.audience == "public"


@pytest.fixture
def pieces(world: World) -> list[Piece]:
    """A layer of every audience, in every state, and an old edition of each that nobody is shown."""
    catalogue.forget()
    return [_piece(audience, state) for audience in AUDIENCES for state in ("shown", "trash", "empty")]


def _piece(audience: str, state: str) -> Piece:
    slug = f"{audience}_{state}"
    layer = StoredLayer.unscoped.create(
        slug=slug,
        title=f"題{slug}",
        audience=audience,
        fields=FIELDS,
        geometry_type="Point",
        style=plain_style(),
    )
    for number, words in ((1, f"旧{slug}旧"), (2, f"印{slug}印")):
        edition = StoredEdition.unscoped.create(
            layer=layer, number=number, fields=FIELDS, geometry_type="Point", ready_at=timezone.now(),
            feature_count=1, extent=[LON, LAT, LON, LAT], style=plain_style(),
        )  # fmt: skip
        feature = StoredFeature.unscoped.create(
            edition=edition,
            number=1,
            geom=Point(LON, LAT, srid=4326),
            properties={"note": words},
            search=words,
        )
    layer.current = None if state == "empty" else edition
    layer.deleted_at = timezone.now() if state == "trash" else None
    layer.save()
    return Piece(slug, audience, state, feature.pk)


def _text(client: Client, headers: dict[str, str], url: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code in (200, 204, 302, 401, 403, 404), (url, answer.status_code)
    if answer.status_code != 200:
        return ""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return body.decode("utf-8", "replace")


def tile(client: Client, headers: dict[str, str], piece: Piece) -> bool:
    """Zoom 10: one tile holds the whole world of the matrix."""
    answer = client.get(f"/tiles/layer-{piece.slug}/10/893/407.mvt?fields=note", headers=headers)
    if answer.status_code != 200:
        return False
    found = mapbox_vector_tile.decode(answer.content)
    notes = {each["properties"]["note"] for layer in found.values() for each in layer["features"]}
    assert notes <= {piece.mark}
    return bool(notes)


def _reads(url: str, sign: str = "mark") -> Callable[[Client, dict[str, str], Piece], bool]:
    def read(client: Client, headers: dict[str, str], piece: Piece) -> bool:
        text = _text(client, headers, url.format(slug=piece.slug, id=piece.feature_id))
        assert f"旧{piece.slug}旧" not in text
        return {
            "mark": piece.mark,
            "slug": f"layer-{piece.slug}",
            "note": '"note"',
            "title": f"題{piece.slug}",
            "item": f"/items/{piece.feature_id}",
        }[sign] in text

    return read


#: Doors of data: open exactly by the rule.
DOORS: dict[str, Callable[[Client, dict[str, str], Piece], bool]] = {
    "tile": tile,
    "tilejson": _reads("/tiles/layer-{slug}.json", "slug"),
    "collections": _reads("/ogc/collections?f=json", "slug"),
    "collection": _reads("/ogc/collections/layer-{slug}?f=json", "slug"),
    "items": _reads("/ogc/collections/layer-{slug}/items?f=json"),
    "items html": _reads("/ogc/collections/layer-{slug}/items?f=html", "item"),
    "filtered": _reads("/ogc/collections/layer-{slug}/items?f=json&filter=note%20LIKE%20%27%25%27"),
    "item": _reads("/ogc/collections/layer-{slug}/items/{id}?f=json"),
    "queryables": _reads("/ogc/collections/layer-{slug}/queryables?f=json", "note"),
    "schema": _reads("/ogc/collections/layer-{slug}/schema?f=json", "note"),
    "style": _reads("/styles/layer-{slug}.json", "slug"),
    "geojson": _reads("/layers/{slug}/download.geojson"),
    "csv": _reads("/layers/{slug}/download.csv"),
}
#: Pages: a keeper also sees a layer that shows nothing yet, so only the shown and those in the trash are compared.
PAGES: dict[str, Callable[[Client, dict[str, str], Piece], bool]] = {
    "page": _reads("/layers/{slug}/", "title"),
}


@pytest.mark.parametrize("public", SITES)
@pytest.mark.parametrize("door", [*DOORS, *PAGES])
def test_layers_by_the_rule(
    world: World, client: Client, pieces: list[Piece], door: str, public: bool
) -> None:
    """G1, D4: whoever may not see a layer finds it nowhere."""
    assert list(disagreements(world, client, pieces, door, public)) == []


def disagreements(
    world: World, client: Client, pieces: list[Piece], door: str, public: bool
) -> Iterator[str]:
    """Layers shown, or withheld, other than by the rule."""
    world.publish(public)
    opens = {**DOORS, **PAGES}[door]
    for who in PEOPLE:
        for piece in pieces:
            if door in PAGES and piece.state == "empty":
                continue
            if opens(client, world.headers(who), piece) != may_see(who, piece, public):
                yield f"{who.name}, public={public}, {piece.slug}"


def test_the_rule_divides(pieces: list[Piece]) -> None:
    assert {may_see(who, piece, public) for who in PEOPLE for piece in pieces for public in SITES} == {
        True,
        False,
    }


def test_fails_without_the_rule(
    world: World, client: Client, pieces: list[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "visible_layers_q", lambda viewer: Q(current__isnull=False))
    catalogue.forget()
    assert next(disagreements(world, client, pieces, "items", True), None) is not None
    catalogue.forget()


@pytest.mark.parametrize("public", SITES)
def test_the_list_and_the_map_by_the_rule(
    world: World, client: Client, pieces: list[Piece], public: bool
) -> None:
    world.publish(public)
    for who in PEOPLE:
        text = _text(client, world.headers(who), "/layers/")
        for piece in pieces:
            if piece.state == "shown":
                assert (f"題{piece.slug}" in text) == may_see(who, piece, public), (who, piece)
            else:
                assert f"題{piece.slug}" not in text or who.name in ("axel", "root"), (who, piece)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/layers/new/"), ("post", "/layers/new/"), ("get", "/layers/public_shown/edit/"),
        ("post", "/layers/public_shown/edit/"), ("get", "/layers/public_shown/style/"),
        ("post", "/layers/public_shown/style/"), ("post", "/layers/public_shown/style/rules"),
        ("get", "/layers/public_shown/new-edition/"), ("post", "/layers/public_shown/edition"),
        ("post", "/layers/public_shown/remove"),
    ],
)  # fmt: skip
def test_pages_of_keepers_are_theirs_alone(
    world: World, client: Client, pieces: list[Piece], method: str, address: str
) -> None:
    """A of the city's staff and the administrator keep layers; nobody else finds the pages."""
    world.publish(True)
    for who in PEOPLE:
        answer = getattr(client, method)(address, headers={**world.headers(who), "Accept": "text/html"})
        if who.name in ("axel", "root"):
            assert answer.status_code in (200, 302, 422), (who, answer.status_code)
            StoredLayer.unscoped.filter(slug="public_shown").update(deleted_at=None)
        else:
            assert (
                answer.status_code in (302, 401, 404)
                and "layers" not in answer.get("Location", "").split("?")[0]
            )
    assert StoredLayer.unscoped.count() == len(pieces)


def test_a_limited_token_finds_its_layers_alone(world: World, client: Client, pieces: list[Piece]) -> None:
    """D8: the collections of a token limit every door."""
    from gisportal.accounts.tokens import create_token

    secret = create_token(world.accounts["axel"], name="one", sources=["layer-staff_shown"])
    headers = {"Authorization": f"Bearer {secret}"}
    for piece in pieces:
        if piece.state == "shown":
            for name in ("tile", "items", "item", "queryables"):
                assert DOORS[name](client, headers, piece) == (piece.slug == "staff_shown"), (name, piece)


def test_the_public_scope_of_tiles_holds_public_layers_only(
    world: World, client: Client, pieces: list[Piece]
) -> None:
    world.publish(True)
    headers = world.headers(next(who for who in PEOPLE if who.name == "root"))
    for piece in pieces:
        answer = client.get(f"/tiles/layer-{piece.slug}.json?scope=public", headers=headers)
        is_public = piece.audience == "public" and piece.state == "shown"
        assert (answer.status_code == 200) == is_public
        if is_public:
            assert json.loads(answer.content)["vector_layers"]
