"""What triggers keep true, whatever way a row is written (design §3, ``layers/sql``)."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from layers.models import (
    Category,
    District,
    DistrictScheme,
    DistrictTown,
    FieldDefinition,
    Organisation,
    ProtectedPlace,
    Resource,
    Site,
)
from layers.versions import tile_version

pytestmark = pytest.mark.django_db

HERE, THERE = Point(134.05, 34.34, srid=4326), Point(134.15, 34.34, srid=4326)


def box(west: float, east: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, 34.0, east, 35.0)), srid=4326)


@pytest.fixture
def scheme() -> DistrictScheme:
    """West and east of 134.10 degrees."""
    found = DistrictScheme.objects.create(code="area", title="圏域")
    District.unscoped.create(scheme=found, code="west", title="西", geom=box(134.0, 134.1))
    District.unscoped.create(scheme=found, code="east", title="東", geom=box(134.1, 134.2))
    return found


@pytest.fixture
def category() -> Category:
    top = Category.objects.create(code="care", title="介護", colour="#7a3e00", shape="square")
    return Category.objects.create(code="salon", title="サロン", parent=top, is_formal=False)


def make(category: Category, **values: object) -> Resource:
    values = {"name": "ひだまり", "geom": HERE, "geom_origin": "hand", "updated_at": timezone.now(), **values}
    if values["geom"] is None:
        values["geom_origin"] = ""
    return Resource.unscoped.create(category=category, **values)


def kept(resource: Resource, name: str) -> object:
    return Resource.unscoped.values_list(name, flat=True).get(pk=resource.pk)


def test_district_by_hand_before_table_before_polygon(scheme: DistrictScheme, category: Category) -> None:
    row = make(category, lg_code="372013", town="番町")
    assert kept(row, "district_keys") == ["area:west"]
    east = District.unscoped.get(code="east")
    DistrictTown.objects.create(scheme=scheme, lg_code="372013", town="番町", district=east)
    assert kept(row, "district_keys") == ["area:east"]
    Resource.unscoped.filter(pk=row.pk).update(hand_districts={"area": "west"})
    assert kept(row, "district_keys") == ["area:west"]
    Resource.unscoped.filter(pk=row.pk).update(hand_districts={})
    DistrictTown.objects.all().delete()
    assert kept(row, "district_keys") == ["area:west"]


def test_district_follows_its_polygon(scheme: DistrictScheme, category: Category) -> None:
    row = make(category)
    District.unscoped.filter(code="west").update(geom=box(134.0, 134.01))
    assert kept(row, "district_keys") == []
    District.unscoped.filter(code="east").update(geom=box(134.01, 134.2))
    assert kept(row, "district_keys") == ["area:east"]
    District.unscoped.filter(code="east").delete()
    assert kept(row, "district_keys") == []


def test_district_follows_codes(scheme: DistrictScheme, category: Category) -> None:
    row = make(category)
    District.unscoped.filter(code="west").update(code="nishi")
    assert kept(row, "district_keys") == ["area:nishi"]
    DistrictScheme.objects.filter(code="area").update(code="zone")
    assert kept(row, "district_keys") == ["zone:nishi"]
    assert District.unscoped.get(code="nishi").key == "zone:nishi"


def test_place_is_kept_once_at_the_site(scheme: DistrictScheme, category: Category) -> None:
    site = Site.unscoped.create(name="会館", address="高松市番町1", geom=HERE, geom_origin="file")
    rows = [make(category, geom=None, site=site), make(category, geom=None, site=site, name="第二")]
    Site.unscoped.filter(pk=site.pk).update(geom=THERE, address="高松市牟礼町1")
    for row in rows:
        assert kept(row, "geom_public").coords == THERE.coords  # type: ignore[attr-defined]
        assert kept(row, "geom_3857").srid == 3857  # type: ignore[attr-defined]
        assert kept(row, "address_public") == "高松市牟礼町1"
        assert kept(row, "district_keys") == ["area:east"]


def test_protected_place_gives_the_district_and_nothing_else(
    scheme: DistrictScheme, category: Category
) -> None:
    row = make(category, geom=None, disclosure="area")
    ProtectedPlace.unscoped.create(resource=row, geom=THERE, address="ひみつ町")
    assert kept(row, "district_keys") == ["area:east"]
    assert kept(row, "geom_public") is None and kept(row, "address_public") == ""
    assert "ひみつ町" not in str(kept(row, "search_public"))
    ProtectedPlace.unscoped.filter(resource=row).delete()
    assert kept(row, "district_keys") == []


def test_search_text_follows_its_neighbours(category: Category) -> None:
    organisation = Organisation.unscoped.create(name="社協")
    row = make(category, organisation=organisation, phone="087-1234")
    assert "社協" in str(kept(row, "search_public")) and "介護" in str(kept(row, "search_public"))
    Organisation.unscoped.filter(pk=organisation.pk).update(name="社会福祉協議会")
    Category.objects.filter(code="care").update(title="かいご", aliases="高齢者")
    assert "社会福祉協議会" in str(kept(row, "search_public"))
    assert "高齢者" in str(kept(row, "search_public")) and "介護" not in str(kept(row, "search_public"))


def test_withheld_items_move_to_the_members_text(category: Category) -> None:
    row = make(category, phone="087-1234", withheld=["phone"])
    assert "0871234" not in str(kept(row, "search_public")) and "0871234" in str(kept(row, "search_members"))
    Resource.unscoped.filter(pk=row.pk).update(withheld=[])
    assert "0871234" in str(kept(row, "search_public")) and "0871234" not in str(kept(row, "search_members"))


def test_fields_move_with_their_audience(category: Category) -> None:
    choices = [{"code": "tan", "title": "たん吸引"}]
    field = FieldDefinition.objects.create(key="care", title="医療的ケア", kind="choices", choices=choices)
    row = make(category, properties={"care": ["tan"]})
    assert "たん吸引" in str(kept(row, "search_members"))
    FieldDefinition.objects.filter(pk=field.pk).update(audience="staff")
    assert "たん吸引" in str(kept(row, "search_staff")) and "たん吸引" not in str(kept(row, "search_members"))
    FieldDefinition.objects.filter(pk=field.pk).delete()
    assert kept(row, "search_staff") == ""


def test_formal_comes_from_the_category_unless_overridden(category: Category) -> None:
    row = make(category)
    assert kept(row, "formal") is False
    Category.objects.filter(code="salon").update(is_formal=True)
    assert kept(row, "formal") is True
    Resource.unscoped.filter(pk=row.pk).update(formal_override=False)
    assert kept(row, "formal") is False


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"disclosure": "contact"}, "resource_undisclosed_holds_no_place"),
        ({"vacancy": "full"}, "resource_vacancy_has_time"),
        ({"operation": "closed"}, "resource_closed_has_date"),
        ({"name": ""}, "resource_has_name"),
        ({"publication": "nobody"}, "resource_publication_is_known"),
        ({"withheld": ["name"]}, "resource_withholds_known_items"),
        ({"service_area": "polygon"}, "resource_drawn_area_has_polygon"),
        ({"geom_origin": ""}, "resource_position_has_origin"),
    ],
)
def test_constraints_are_named(category: Category, values: dict[str, object], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(category, **values)


def test_category_tree_has_three_levels(category: Category) -> None:
    third = Category.objects.create(code="third", title="三", parent=category)
    with pytest.raises(IntegrityError, match="three levels"), transaction.atomic():
        Category.objects.create(code="fourth", title="四", parent=third)


def test_change_raises_its_cells_and_no_others(category: Category) -> None:
    """A tile around the old or the new place changes, one far away does not."""
    row, far = make(category), make(category, geom=Point(134.0, 34.2, srid=4326))
    tiles = {name: _tile(point) for name, point in {"old": HERE, "new": THERE, "far": far.geom}.items()}
    before = {name: tile_version("resources", tile) for name, tile in tiles.items()}
    Resource.unscoped.filter(pk=row.pk).update(geom=THERE)
    after = {name: tile_version("resources", tile) for name, tile in tiles.items()}
    assert after["old"] > before["old"] and after["new"] > before["new"] and after["far"] == before["far"]
    assert tile_version("resources") >= after["new"]


def _tile(point: Point) -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT layers_cell(ST_X(p), false), layers_cell(ST_Y(p), true) FROM ST_Transform(%s::geometry, 3857) p",
            [point.hexewkb.decode()],
        )
        x, y = cursor.fetchone()
    return 14, x, y
