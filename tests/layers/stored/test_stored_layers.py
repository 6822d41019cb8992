"""From file to layer and on: editions, undo, trash, what a source finds (issue "uploaded layers"; G1, G5, D4)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from layers import geojson
from layers.access import Level, Viewer
from layers.editing.errors import InvalidValues, NotAllowed
from layers.errors import FeatureNotFound, ParameterError, SourceNotFound
from layers.media import store
from layers.models import StoredEdition, StoredFeature, StoredLayer, StoredUpload
from layers.source import get_source
from layers.stored import loading, services, summaries, uploads
from layers.stored.styles import checked, plain_style
from tests.layers.stored.conftest import Put
from tests.layers.stored.samples import SHOPS, point, shapefile, shops, square
from tests.layers.stored.samples import geojson as document
from tiles import mvt
from tiles.grid import Tile


def source_of(row: StoredUpload, viewer: Viewer) -> Any:
    assert row.layer
    return get_source(row.layer.source_slug, viewer)


def names(source: Any, **params: str) -> list[str]:
    return [feature.properties["name"] for feature in source.load(source.parse(params))]


def test_a_file_becomes_a_source(put: Put, keeper: Viewer) -> None:
    """Tiles, GeoJSON, counts and extent come of themselves (G1, G5)."""
    source = source_of(put("shops.zip", shapefile()), keeper)
    assert names(source) == [shop[0] for shop in SHOPS]
    assert source.count(source.parse({})).number == 3
    assert source.extent() == pytest.approx((134.0466, 34.33, 134.06, 34.3428), abs=1e-6)
    told = json.loads(geojson.page(source, source.parse({}), limit=1).features)
    assert told["properties"] == {"name": "高松駅前", "population": 120}
    tile = Tile(14, int((134.05 + 180) / 360 * 2**14), 6506)
    found = [
        mvt.build(mvt.Request(source, source.parse({}), Tile(14, tile.x, y), ("name",)))
        for y in range(6490, 6530)
    ]
    assert any("瓦町".encode() in body for body in found)


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"q": "瓦"}, ["瓦町"]),
        ({"q": "カワラ"}, []),
        ({"bbox": "134.04,34.335,134.055,34.35"}, ["高松駅前", "瓦町"]),
        (
            {"within": "POLYGON((134.055 34.32,134.07 34.32,134.07 34.335,134.055 34.335,134.055 34.32))"},
            ["栗林"],
        ),
        ({"near": "34.3428,134.0466", "radius": "500"}, ["高松駅前", "瓦町"]),
        ({"near": "34.33,134.06"}, ["栗林", "瓦町", "高松駅前"]),
        ({"field.population": "50..100"}, ["瓦町"]),
        ({"field.population": "80"}, ["瓦町"]),
        ({"field.name": "駅前"}, ["高松駅前"]),
        ({"sort": "population"}, ["栗林", "瓦町", "高松駅前"]),
        ({"sort": "-population"}, ["高松駅前", "瓦町", "栗林"]),
        ({"filter": "population > 100 OR name = '栗林'"}, ["高松駅前", "栗林"]),
        ({"category": "salon"}, ["高松駅前", "瓦町", "栗林"]),
    ],
)
def test_conditions(put: Put, keeper: Viewer, params: dict[str, str], wanted: list[str]) -> None:
    """Shared parameters without meaning for a layer are accepted (design §5)."""
    assert names(source_of(put("shops.geojson", shops()), keeper), **params) == wanted


@pytest.mark.parametrize(
    "params",
    [
        {"field.secret": "1"}, {"sort": "secret"}, {"owner": "1"}, {"field.population": "x"},
        {"filter": "secret = 1"}, {"radius": "5"}, {"bbox": "1,2"},
    ],
)  # fmt: skip
def test_unusable_conditions_are_refused(put: Put, keeper: Viewer, params: dict[str, str]) -> None:
    source = source_of(put("shops.geojson", shops()), keeper)
    with pytest.raises(ParameterError):
        source.parse(params)


def test_values_are_kept_by_kind(put: Put, keeper: Viewer) -> None:
    told = [
        ({"人口": "1,200", "日": "R6.4.1", "可": "はい", "種別": "市立", "備考": ""}, point(134, 34.3)),
        (
            {"人口": "-", "日": "2024/5/1", "可": "いいえ", "種別": "市立", "備考": "x" * 10_050},
            point(134, 34.3),
        ),
        ({"人口": "３００", "日": None, "可": None, "種別": "私立", "備考": None}, point(134, 34.3)),
        *[({"種別": "市立"}, point(134, 34.3)) for _n in range(4)],
    ]
    row = put("things.geojson", document(told))
    source = source_of(row, keeper)
    first, second, third = source.load(source.parse({}))[:3]
    assert first.properties["population"] == 1200
    assert first.properties["field_2"] == "2024-04-01"
    assert (first.properties["field_3"], second.properties["field_3"]) == (True, False)
    assert (second.properties["population"], third.properties["population"]) == (None, 300)
    assert len(second.properties["note"]) == 10_000
    assert row.edition and row.edition.report["counts"] == {"blank_sign": 1, "cut": 1}
    found = source.facets(source.parse({}), "field.kind")
    assert {facet.value: facet.count for facet in found} == {"市立": 6, "私立": 1}
    assert summaries.values_of(row.layer, "kind") == [("市立", 6), ("私立", 1)]  # type: ignore[arg-type]
    assert summaries.numbers_of(row.layer, "population") == [1200, 300]  # type: ignore[arg-type]


def test_a_value_that_does_not_fit_is_named_by_row_and_column(put: Put, keeper: Viewer) -> None:
    row = uploads.keep_upload(
        keeper, "a.geojson", [document([({"人口": "1"}, point(134, 34.3)), ({"人口": "多"}, None)])]
    )
    fields = uploads.ReadOptions.of(row.options["reading"]).fields
    uploads.set_fields(keeper, row, [uploads.replace(item, kind="number") for item in fields])
    uploads.confirm(keeper, row, {"slug": "a", "title": "a"})
    loading.load(row.pk)
    row.refresh_from_db()
    assert row.edition and row.edition.report["places"]["not_number"] == [[2, "人口", "多"]]


def test_a_new_edition_keeps_address_words_and_style(put: Put, keeper: Viewer) -> None:
    first = put("shops.geojson", shops())
    assert first.layer
    services.set_style(
        keeper, first.layer.pk,
        {**plain_style("#123456"), "kind": "classes", "field": "population",
         "rules": [{"min": 0, "max": 99, "title": "少", "colour": "#eeeeee"},
                   {"min": 100, "max": 999, "title": "多", "colour": "#000000"}]},
    )  # fmt: skip
    before = source_of(first, keeper).version()
    more = document([({"名称": "新駅", "人口": 5}, point(134.1, 34.3))])
    second = put("shops2.geojson", more, layer=first.layer)
    assert second.layer_id == first.layer_id
    source = source_of(second, keeper)
    assert names(source) == ["新駅"]
    assert source.version() != before
    assert source.layer.style["kind"] == "classes"
    assert source.layer.edition == 2
    services.show_edition(keeper, first.layer.pk, 1)
    assert names(source_of(first, keeper)) == [shop[0] for shop in SHOPS]
    services.show_edition(keeper, first.layer.pk, 2)
    assert names(source_of(first, keeper)) == ["新駅"]


def test_a_style_by_a_field_that_is_gone_falls_back_and_returns(put: Put, keeper: Viewer) -> None:
    first = put("shops.geojson", shops())
    assert first.layer
    style = {**plain_style(), "kind": "categories", "field": "name",
             "rules": [{"value": "瓦町", "title": "瓦町", "colour": "#aa0000"}]}  # fmt: skip
    services.set_style(keeper, first.layer.pk, style)
    put("other.geojson", document([({"値": 1}, square())]), layer=first.layer)
    layer = StoredLayer.unscoped.get(pk=first.layer.pk)
    assert layer.style["kind"] == "single"
    assert layer.style["rules"][0]["colour"] == "#aa0000"
    assert layer.geometry_type == "MultiPolygon"
    layer = services.show_edition(keeper, layer.pk, 1)
    assert (layer.style["kind"], layer.geometry_type) == ("categories", "Point")


def test_titles_stay_with_their_edition(put: Put, keeper: Viewer) -> None:
    first = put("shops.geojson", shops())
    assert first.layer
    services.edit_layer(
        keeper, first.layer.pk, {"field_titles": {"population": {"title": "人数", "unit": "人"}}}
    )
    put("more.geojson", shops(), layer=first.layer)
    layer = services.show_edition(keeper, first.layer.pk, 1)
    assert [(item["title"], item["unit"]) for item in layer.fields] == [("名称", ""), ("人数", "人")]


def test_a_failed_load_changes_nothing(put: Put, keeper: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    first = put("shops.geojson", shops())
    monkeypatch.setattr(loading, "MAX_VERTICES", 2)
    failed = put("bad.geojson", shops(), layer=first.layer)
    assert failed.state == StoredUpload.State.FAILED and failed.problem
    assert names(source_of(first, keeper)) == [shop[0] for shop in SHOPS]
    assert StoredFeature.unscoped.filter(edition_id=failed.edition_id).count() == 0
    assert services.editions_of(first.layer)[0].number == 1  # type: ignore[arg-type]


def test_a_lost_worker_is_followed_by_another(put: Put, keeper: Viewer) -> None:
    row = uploads.keep_upload(keeper, "shops.geojson", [shops()])
    uploads.confirm(keeper, row, {"slug": "lost", "title": "lost"})
    StoredFeature.unscoped.create(edition_id=row.edition_id, number=1, properties={"left": "behind"})
    assert uploads.forsaken() == []
    StoredUpload.unscoped.filter(pk=row.pk).update(beat_at=timezone.now() - timedelta(minutes=10))
    assert uploads.forsaken() == [row.pk]
    assert loading.load(row.pk)
    assert StoredFeature.unscoped.filter(edition_id=row.edition_id).count() == 3
    assert not loading.load(row.pk)


def test_only_one_edition_is_loaded_at_a_time(put: Put, keeper: Viewer) -> None:
    first = put("shops.geojson", shops())
    rows = [uploads.keep_upload(keeper, "more.geojson", [shops()], first.layer) for _n in range(2)]
    uploads.confirm(keeper, rows[0], {})
    with pytest.raises(InvalidValues):
        uploads.confirm(keeper, rows[1], {})
    with pytest.raises(InvalidValues):
        uploads.confirm(keeper, rows[0], {})


def test_the_trash_and_back(put: Put, keeper: Viewer) -> None:
    row = put("shops.geojson", shops())
    assert row.layer
    services.remove_layer(keeper, row.layer.pk)
    with pytest.raises(SourceNotFound):
        source_of(row, keeper)
    with pytest.raises(InvalidValues):
        services.create_layer(keeper, {"slug": "things", "title": "another"})
    services.restore_layer(keeper, row.layer.pk)
    assert len(names(source_of(row, keeper))) == 3
    with pytest.raises(NotAllowed):
        services.restore_layer(keeper, row.layer.pk)


def test_tidying_forgets_the_old_only(put: Put, keeper: Viewer) -> None:
    first = put("shops.geojson", shops())
    for _n in range(5):
        put("shops.geojson", shops(), layer=first.layer)
    services.tidy()
    assert [edition.number for edition in services.editions_of(first.layer)] == [6, 5, 4, 3]  # type: ignore[arg-type]
    assert StoredFeature.unscoped.count() == 12
    services.remove_layer(keeper, first.layer.pk)  # type: ignore[union-attr]
    services.tidy()
    assert StoredLayer.unscoped.count() == 1
    StoredLayer.unscoped.update(deleted_at=timezone.now() - timedelta(days=400))
    services.tidy()
    assert (StoredLayer.unscoped.count(), StoredEdition.unscoped.count(), StoredFeature.unscoped.count()) == (
        0,
        0,
        0,
    )


def test_the_file_goes_when_it_is_loaded_or_dismissed(
    put: Put, keeper: Viewer, django_capture_on_commit_callbacks: Any
) -> None:
    row = uploads.keep_upload(keeper, "shops.geojson", [shops()])
    path = store.path_of(row.file)
    assert path.is_file()
    with django_capture_on_commit_callbacks(execute=True):
        uploads.dismiss(keeper, row)
    assert not path.exists()
    assert put("shops.geojson", shops()).file == ""


def test_only_keepers_keep(put: Put, keeper: Viewer) -> None:
    """Level A of the city's staff and the administrator; not with a read-only token, not B, not A of a provider."""
    row = put("shops.geojson", shops())
    assert row.layer
    for viewer in (
        Viewer(), Viewer(level=Level.A, account_id=1), Viewer(level=Level.B, account_id=1, is_city_staff=True),
        Viewer(level=Level.A, account_id=1, is_city_staff=True, acts=frozenset()),
        Viewer(level=Level.A, account_id=1, is_city_staff=True, proposes=True),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            uploads.keep_upload(viewer, "shops.geojson", [shops()])
        for act in (services.remove_layer, services.restore_layer):
            with pytest.raises(NotAllowed):
                act(viewer, row.layer.pk)
        with pytest.raises(NotAllowed):
            services.set_style(viewer, row.layer.pk, plain_style())


def test_what_the_map_is_offered(put: Put, keeper: Viewer) -> None:
    put("shops.geojson", shops(), slug="one")
    second = put("shops.geojson", shops(), slug="two")
    services.edit_layer(keeper, second.layer.pk, {"is_on_map": False})  # type: ignore[union-attr]
    offered = services.map_layers(keeper)
    assert [layer.source for layer in offered] == ["layer-one"]
    assert offered[0].style["kind"] == "single" and offered[0].extent
    assert services.map_layers(Viewer()) == []


def test_text_no_database_can_hold_is_cleaned(put: Put, keeper: Viewer) -> None:
    """NUL and half a character, in names and in values."""
    data = b'{"type":"FeatureCollection","features":[{"type":"Feature",'
    data += b'"properties":{"a\\u0000b\\ud800":"x\\u0000y\\udfff"},'
    row = put("odd\ud800.geojson", data + b'"geometry":{"type":"Point","coordinates":[134,34.3]}}]}')
    source = source_of(row, keeper)
    assert [item["title"] for item in source.layer.fields] == ["ab"]
    assert source.load(source.parse({}))[0].properties == {"ab": "xy"}


def test_a_feature_of_another_edition_does_not_exist(put: Put, keeper: Viewer) -> None:
    first = put("shops.geojson", shops())
    old = source_of(first, keeper).load(source_of(first, keeper).parse({}))[0].id
    put("shops.geojson", shops(), layer=first.layer)
    with pytest.raises(FeatureNotFound):
        source_of(first, keeper).get(old)


@pytest.mark.parametrize(
    "style",
    [
        {"kind": "magic"}, {"kind": "classes", "field": "name"}, {"kind": "categories", "field": "secret"},
        {"rules": []}, {"rules": [{"colour": "red"}]}, {"opacity": 2}, {"width": "thick"}, {"stroke": "javascript:"},
        {"kind": "classes", "field": "population", "rules": [{"min": 2, "max": 1, "colour": "#000000"}]},
        {"kind": "classes", "field": "population", "rules": [{"min": "x", "max": 1, "colour": "#000000"}]},
    ],
)  # fmt: skip
def test_styles_that_cannot_be_drawn_are_refused(style: dict[str, Any]) -> None:
    with pytest.raises(InvalidValues):
        checked({**plain_style(), **style}, {"name": "text", "population": "number"})


@pytest.mark.parametrize(
    "change",
    [{"key": "Name"}, {"key": "bbox"}, {"key": "a;drop"}, {"key": ""}, {"kind": "magic"}, {"title": " "}],
)
def test_fields_that_cannot_be_are_refused(put: Put, keeper: Viewer, change: dict[str, str]) -> None:
    row = uploads.keep_upload(keeper, "shops.geojson", [shops()])
    fields = uploads.ReadOptions.of(row.options["reading"]).fields
    with pytest.raises(InvalidValues):
        uploads.set_fields(keeper, row, [uploads.replace(fields[0], **change), *fields[1:]])  # type: ignore[arg-type]


@pytest.mark.parametrize("slug", ["", "Big", "a-b", "1a", "a b", "x" * 41])
def test_names_in_addresses_are_plain(put: Put, keeper: Viewer, slug: str) -> None:
    with pytest.raises(InvalidValues):
        services.create_layer(keeper, {"slug": slug, "title": "x"})
