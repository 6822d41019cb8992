"""Files of boundaries: what they say, what is wrong with them, and all or nothing of them (R24)."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import Polygon, box, mapping

from layers import memberships
from layers.access import Level, Viewer
from layers.editing import district_imports as service
from layers.editing.errors import InvalidValues, NotAllowed
from layers.imports import boundary_files
from layers.imports.boundary_checks import gaps, invalid, overlaps, square_metres
from layers.imports.boundary_files import UnreadableFile, read_boundary_file
from layers.imports.boundary_staging import Reading, Staged, guess_fields, stage
from layers.models import District, DistrictImport, DistrictScheme
from tests.factories import LAT, LON, make_district, make_resource

pytestmark = pytest.mark.django_db
BOSS = Viewer(level=Level.ADMINISTRATOR, account_id=None)
NAMES = ["北部地区", "南部・髙松地区", "表示ソ能十地区"]


def squares(count: int = 3, gap: float = 0.0) -> list[Polygon]:
    """Squares of 0.01 degrees in a row to the east."""
    return [box(LON + i * (0.01 + gap), LAT, LON + 0.01 + i * (0.01 + gap), LAT + 0.01) for i in range(count)]


def geojson(shapes: list[Any], names: list[str] | None = None, **more: Any) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"d{i}", "名称": name, "ふりがな": "かな"},
            "geometry": mapping(shape),
        }
        for i, (shape, name) in enumerate(
            zip(shapes, names or [f"地区{i}" for i in range(len(shapes))], strict=True)
        )
    ]
    return json.dumps(
        {"type": "FeatureCollection", "features": features, **more}, ensure_ascii=False
    ).encode()


def frame(shapes: list[Any], srid: int) -> geopandas.GeoDataFrame:
    names = NAMES[: len(shapes)]
    data = {"CODE": [f"d{i}" for i in range(len(shapes))], "名称": names}
    return geopandas.GeoDataFrame(data, geometry=shapes, crs=4326).to_crs(srid)


def shapefile(
    folder: Path, srid: int, encoding: str, *, without: tuple[str, ...] = (), cpg: str | None = None
) -> bytes:
    base = folder / "地区.shp"
    frame(squares(), srid).to_file(base, encoding=encoding)
    if cpg is not None:
        base.with_suffix(".cpg").write_text(cpg)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            if path.suffix not in without:
                archive.write(path, f"data/{path.name}")
    return out.getvalue()


def staged(data: bytes, **options: Any) -> Staged:
    file = read_boundary_file(data)
    guessed = guess_fields(file.columns, [feature.values for feature in file.features])
    return stage(file, Reading.of({**guessed, **options}))


def assert_squares(found: Staged, tolerance: float = 1e-7) -> None:
    assert [boundary.title for boundary in found.boundaries] == NAMES
    for boundary, shape in zip(found.boundaries, squares(), strict=True):
        assert shapely.hausdorff_distance(boundary.geom, shape) < tolerance


# --- what files say ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("srid", [6668, 4612, 6672, 2446, 3857])
@pytest.mark.parametrize("encoding", ["CP932", "UTF-8"])
def test_shapefiles_of_every_system_and_encoding(tmp_path: Path, srid: int, encoding: str) -> None:
    found = staged(shapefile(tmp_path, srid, encoding))
    assert found.file.encoding == encoding
    assert f"EPSG:{srid}" in found.system
    # JGD2000 to WGS 84 is not the null transformation everywhere; a tenth of a millimetre is 1e-9 degrees.
    assert_squares(found)


@pytest.mark.parametrize("cpg", ["", "UTF-8", "932", "SJIS", "nonsense"])
@pytest.mark.parametrize("encoding", ["CP932", "UTF-8"])
def test_the_text_is_believed_before_the_cpg(tmp_path: Path, encoding: str, cpg: str) -> None:
    found = staged(shapefile(tmp_path, 6668, encoding, cpg=cpg))
    assert [boundary.title for boundary in found.boundaries] == NAMES
    assert found.file.encoding == encoding


def test_without_prj_a_person_is_asked_and_believed(tmp_path: Path) -> None:
    data = shapefile(tmp_path, 6672, "CP932", without=(".prj", ".cpg"))
    asked = staged(data)
    assert asked.needs_system and not asked.is_ready and not asked.boundaries
    assert_squares(staged(data, srid=6672))
    with pytest.raises(UnreadableFile):
        staged(data, srid=6668)


def test_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    frame(squares(), 6672).to_file(path, driver="GPKG", layer="chiku")
    frame(squares(1), 6672).to_file(path, driver="GPKG", layer="other")
    found = staged(path.read_bytes())
    assert set(found.file.layers) == {"chiku", "other"}
    file = read_boundary_file(path.read_bytes(), layer="other")
    assert (file.layer, len(file.features)) == ("other", 1)
    assert_squares(stage(read_boundary_file(path.read_bytes(), layer="chiku"), found.reading))


def test_geojson_of_a_plane_system_says_so_or_is_asked() -> None:
    way = Transformer.from_crs(4326, 6672, always_xy=True).transform
    plane = [Polygon([way(x, y) for x, y in shape.exterior.coords]) for shape in squares()]
    named = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6672"}}}
    assert_squares(staged(geojson(plane, NAMES, **named)))
    assert staged(geojson(plane, NAMES)).needs_system
    assert_squares(staged(geojson(plane, NAMES), srid=6672))


def test_swapped_degrees_are_named() -> None:
    swapped = [Polygon([(y, x) for x, y in shape.exterior.coords]) for shape in squares()]
    with pytest.raises(UnreadableFile, match="緯度"):
        staged(geojson(swapped))


def test_geojson_in_cp932() -> None:
    found = staged(geojson(squares(), NAMES).decode().encode("cp932"))
    assert (found.file.encoding, [b.title for b in found.boundaries]) == ("CP932", NAMES)


def test_one_kanji_is_enough_to_know_the_encoding(tmp_path: Path) -> None:
    """Two bytes of CP932; and a name cut in the middle of a character by the width of its field."""
    for number, (names, encoding) in enumerate(
        [(["北", "南", "東"], "CP932"), (["北", "南", "東"], "UTF-8"), (["字" * 60] * 3, "UTF-8")]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        data = {"CODE": ["a", "b", "c"], "名称": names}
        path = folder / "x.shp"
        geopandas.GeoDataFrame(data, geometry=squares(), crs=6668).to_file(path, encoding=encoding)
        path.with_suffix(".cpg").unlink(missing_ok=True)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for part in folder.iterdir():
                archive.write(part, part.name)
        found = staged(out.getvalue())
        assert found.file.encoding == encoding
        assert [boundary.title[:1] for boundary in found.boundaries] == [name[:1] for name in names]


# --- hostile files -------------------------------------------------------------------------------------------------


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


def _named(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"x")
    return out.getvalue()


HOSTILE = {
    "nothing": b"",
    "blanks": b"   \n",
    "text": b"hello",
    "picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "program": b"MZ" + b"\0" * 500,
    "half a zip": b"PK\x03\x04" + b"\0" * 60,
    "zip of nothing": zipped(readme__txt=b"x"),
    "shp of rubbish": zipped(a__shp=b"rubbish" * 50, a__dbf=b"rubbish" * 50),
    "shp without dbf": zipped(a__shp=b"x"),
    "dbf of lies": zipped(a__shp=b"x", a__dbf=b"\x03" + b"\xff" * 200),
    "way out": _named("../../etc/x.shp"),
    "root": _named("/etc/x.shp"),
    "drive": _named("C:\\x.shp"),
    "gpkg of rubbish": b"SQLite format 3\x00" + b"\0" * 500,
    "json of something": b'{"type": "Topology"}',
    "json cut": b'{"type": "FeatureCollection", "features": [',
    "json nested": b'{"type": "FeatureCollection", "features": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "no features": b'{"type": "FeatureCollection", "features": []}',
    "features of lies": b'{"type": "FeatureCollection", "features": [1, null, "x"]}',
    "infinite": b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry":'
    b' {"type": "Polygon", "coordinates": [[[1e999, 0], [1, 1], [0, 1], [1e999, 0]]]}}]}',
    "points only": json.dumps({"type": "Feature", "properties": {}, "geometry": {"type": "Point"}}).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", list(HOSTILE))
def test_what_is_no_file_of_boundaries_gets_words(name: str) -> None:
    with pytest.raises(UnreadableFile) as raised:
        read_boundary_file(HOSTILE[name])
    words = str(raised.value)
    assert 5 < len(words) < 400
    assert "/tmp" not in words and "Traceback" not in words


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_files, "MAX_UNPACKED", 1_000_000)
    bomb = zipped(a__shp=b"\0" * 20_000_000, a__dbf=b"x")
    assert len(bomb) < 50_000
    with pytest.raises(UnreadableFile):
        read_boundary_file(bomb)


def test_a_zip_that_lies_about_its_sizes_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_files, "MAX_UNPACKED", 1_000_000)
    bomb = zipped(a__shp=b"\0" * 20_000_000, a__dbf=b"x")
    size = (20_000_000).to_bytes(4, "little")
    assert bomb.count(size) == 2
    with pytest.raises(UnreadableFile):
        read_boundary_file(bomb.replace(size, (10).to_bytes(4, "little")))


def test_limits_on_features_and_corners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_files, "MAX_FEATURES", 2)
    with pytest.raises(UnreadableFile, match="2"):
        read_boundary_file(geojson(squares()))
    monkeypatch.setattr(boundary_files, "MAX_FEATURES", 10)
    monkeypatch.setattr(boundary_files, "MAX_VERTICES", 14)
    with pytest.raises(UnreadableFile, match="14"):
        read_boundary_file(geojson(squares()))


# --- what is wrong with boundaries ---------------------------------------------------------------------------------

BOW = Polygon([(LON, LAT), (LON + 0.01, LAT + 0.01), (LON + 0.01, LAT), (LON, LAT + 0.01)])


def test_a_crossing_outline_is_named_with_its_place_and_cleaned_on_consent() -> None:
    found = staged(geojson([BOW, squares()[1]]))
    problem = found.refused[0]
    assert not found.is_ready
    assert problem.lon == pytest.approx(LON + 0.005) and problem.lat == pytest.approx(LAT + 0.005)
    cleaned = staged(geojson([BOW, squares()[1]]), cleans=True)
    assert cleaned.is_ready and len(cleaned.boundaries) == 2
    assert all(boundary.geom.is_valid for boundary in cleaned.boundaries)
    assert [problem.is_refused for problem in cleaned.problems] == [False]
    assert staged(geojson([BOW, squares()[1]]), skips=True).is_ready


def test_gaps_and_overlaps_are_measured() -> None:
    over = box(LON + 0.009, LAT, LON + 0.02, LAT + 0.01)
    pieces = overlaps(["a", "b"], [squares()[0], over])
    expected = square_metres(box(LON + 0.009, LAT, LON + 0.01, LAT + 0.01))
    assert [(piece.first, piece.second) for piece in pieces] == [("a", "b")]
    assert pieces[0].square_metres == pytest.approx(expected, rel=1e-6)
    # 0.001° × 0.01° at 34.34° N: 92.0 m × 1109.3 m by the formula of the ellipsoid.
    assert expected == pytest.approx(92.0 * 1109.3, rel=0.005)
    ring = [box(0, 0, 3, 1), box(0, 2, 3, 3), box(0, 1, 1, 2), box(2, 1, 3, 2)]
    moved = [shapely.transform(shape, lambda p: p * 0.001 + [LON, LAT]) for shape in ring]
    found = gaps(moved)
    assert len(found) == 1
    assert found[0].square_metres == pytest.approx(
        square_metres(box(LON + 0.001, LAT + 0.001, LON + 0.002, LAT + 0.002))
    )
    assert overlaps([str(i) for i in range(4)], moved) == []


def test_overlaps_and_gaps_are_settled_where_asked() -> None:
    over = box(LON + 0.0095, LAT, LON + 0.02, LAT + 0.01)
    shapes = [squares()[0], over]
    assert staged(geojson(shapes)).overlaps
    settled = staged(geojson(shapes), covers=True)
    assert settled.overlaps == [] and settled.gaps == []


def test_codes_that_stand_twice_are_refused_or_joined() -> None:
    data = geojson(squares()).replace(b'"d1"', b'"d0"')
    refused = staged(data, code_field="code", title_field="名称")
    assert [problem.is_refused for problem in refused.problems] == [True]
    joined = staged(data, code_field="code", title_field="名称", joins=True)
    assert [boundary.code for boundary in joined.boundaries] == ["d0", "d2"]
    assert joined.boundaries[0].geom.area == pytest.approx(0.0002)
    assert joined.is_ready


@pytest.mark.parametrize(
    ("value", "is_fine"), [("", False), ("a b", False), ("中央", False), ("x" * 41, False), ("A-1_b", True)]
)
def test_codes_are_plain(value: str, is_fine: bool) -> None:
    found = staged(
        geojson(squares()).replace(b'"d1"', json.dumps(value).encode()), code_field="code", title_field="名称"
    )
    assert (len(found.refused) == 0) is is_fine


def test_a_valid_shape_has_no_fault() -> None:
    assert invalid(squares()[0]) is None
    fault = invalid(BOW)
    assert fault is not None and "Self" not in fault.reason


# --- taking over ---------------------------------------------------------------------------------------------------


@pytest.fixture
def scheme() -> DistrictScheme:
    return DistrictScheme.objects.create(code="area", title="日常生活圏域")


def take(scheme: DistrictScheme, data: bytes, **options: Any) -> dict[str, int]:
    row = service.upload(BOSS, scheme, "地区.geojson", data)
    service.set_options(BOSS, row, {**row.options, **options})
    return service.apply_import(BOSS, row.pk, service.digest(row))


def test_nothing_is_changed_before_a_person_says_so(scheme: DistrictScheme) -> None:
    row = service.upload(BOSS, scheme, "地区.geojson", geojson(squares(), NAMES))
    assert row.options["code_field"] == "code" and row.options["reading_field"] == "ふりがな"
    assert [change.kind for change in service.differences(scheme, service.look(row))] == ["new"] * 3
    assert not District.unscoped.exists()
    resource = make_resource(lon=LON + 0.005, lat=LAT + 0.005)
    assert service.apply_import(BOSS, row.pk, service.digest(row))["created"] == 3
    resource.refresh_from_db()
    assert resource.district_keys == ["area:d0"]
    row.refresh_from_db()
    assert (row.state, bytes(row.data)) == ("applied", b"")


def test_a_second_file_changes_by_code_and_keeps_what_it_does_not_say(scheme: DistrictScheme) -> None:
    take(scheme, geojson(squares(), NAMES))
    row = District.unscoped.get(code="d0")
    row.population, row.office_phone = 500, "087-1"
    row.save()
    moved = [shapely.affinity.translate(shape, 0, 0.001) for shape in squares(2)]
    upload = service.upload(BOSS, scheme, "x", geojson(moved, ["新", NAMES[1]]))
    kinds = {change.code: change for change in service.differences(scheme, service.look(upload))}
    assert {code: change.kind for code, change in kinds.items()} == {
        "d0": "changed",
        "d1": "changed",
        "d2": "missing",
    }
    assert kinds["d1"].moved == pytest.approx(
        2 * square_metres(box(LON, LAT, LON + 0.01, LAT + 0.001)), rel=0.001
    )
    counts = service.apply_import(BOSS, upload.pk, service.digest(upload))
    assert counts == {"created": 0, "changed": 2, "removed": 0, "kept": 0}
    kept = District.unscoped.get(pk=row.pk)
    assert (kept.title, kept.population, kept.office_phone) == ("新", 500, "087-1")


def test_missing_districts_go_only_where_asked_and_unnamed(scheme: DistrictScheme) -> None:
    take(scheme, geojson(squares(), NAMES))
    make_resource(lon=None, hand_districts={"area": "d1"})
    counts = take(scheme, geojson(squares(1), NAMES[:1]), removes=True)
    assert counts == {"created": 0, "changed": 1, "removed": 1, "kept": 1}
    assert set(District.unscoped.values_list("code", flat=True)) == {"d0", "d1"}


def test_the_same_file_again_is_the_same(scheme: DistrictScheme) -> None:
    take(scheme, geojson(squares(), NAMES))
    row = service.upload(BOSS, scheme, "x", geojson(squares(), NAMES))
    assert {change.kind for change in service.differences(scheme, service.look(row))} == {"same"}


def test_what_changed_since_the_look_is_asked_again(scheme: DistrictScheme) -> None:
    row = service.upload(BOSS, scheme, "x", geojson(squares(), NAMES))
    seen = service.digest(row)
    make_district(code="other")
    with pytest.raises(InvalidValues):
        service.apply_import(BOSS, row.pk, seen)
    assert service.apply_import(BOSS, row.pk, service.digest(row))["created"] == 3
    with pytest.raises(InvalidValues):
        service.apply_import(BOSS, row.pk, seen)


def test_a_failure_in_the_middle_leaves_nothing(
    scheme: DistrictScheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(scheme, geojson(squares(2), NAMES[:2]))
    before = set(District.unscoped.values_list("code", "title"))
    row = service.upload(BOSS, scheme, "x", geojson(squares(), ["甲", "乙", "丙"]))

    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(service, "tell", fails)
    with pytest.raises(RuntimeError):
        service.apply_import(BOSS, row.pk, service.digest(row))
    assert set(District.unscoped.values_list("code", "title")) == before
    row.refresh_from_db()
    assert row.state == "staged"


def test_refused_features_stop_it_until_left_out(scheme: DistrictScheme) -> None:
    with pytest.raises(InvalidValues):
        take(scheme, geojson([BOW, squares()[1]]))
    assert not District.unscoped.exists()
    assert take(scheme, geojson([BOW, squares()[1]]), skips=True)["created"] == 1


def test_a_large_import_leaves_its_resources_to_the_worker(
    scheme: DistrictScheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [make_resource(lon=LON + 0.005, lat=LAT + 0.005) for _each in range(4)]
    monkeypatch.setattr(memberships, "INLINE_ROWS", 2)
    take(scheme, geojson(squares(), NAMES))
    run = memberships.open_run()
    assert run is not None and memberships.advance(run.pk)
    for row in rows:
        row.refresh_from_db()
        assert row.district_keys == ["area:d0"]


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.ADMINISTRATOR])
def test_only_an_administrator_imports(scheme: DistrictScheme, level: Level) -> None:
    row = service.upload(BOSS, scheme, "x", geojson(squares(), NAMES))
    viewer = Viewer(level=level)
    for act in (
        lambda: service.upload(viewer, scheme, "x", geojson(squares())),
        lambda: service.set_options(viewer, row, {}),
        lambda: service.apply_import(viewer, row.pk, service.digest(row)),
        lambda: service.dismiss(viewer, row),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert DistrictImport.objects.get().state == "staged"


def test_real_small_areas_of_takamatsu(scheme: DistrictScheme, settings: Any) -> None:
    """244 published polygons: five cross themselves, neighbours overlap and gape; settled they do neither."""
    data = (settings.BASE_DIR / "fixtures/cities/takamatsu/small_area_2015.geojson").read_bytes()
    row = service.upload(BOSS, scheme, "small.geojson", data)
    found = service.look(row)
    assert (len(found.boundaries), len(found.refused)) == (239, 5)
    assert len(found.overlaps) > 100 and len(found.gaps) > 100
    counts = take(scheme, data, cleans=True, covers=True)
    assert counts["created"] == 244
    geoms = [shapely.from_wkb(bytes(d.geom.wkb)) for d in District.unscoped.all() if d.geom]
    assert overlaps([""] * len(geoms), geoms) == []
