"""A small city in which every combination the rule speaks of exists once, and the people who look at it."""

from itertools import product

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from gisportal.accounts.models import AccessSetting, Account
from gisportal.accounts.tokens import create_token
from layers.models import (
    Category,
    District,
    DistrictScheme,
    FieldDefinition,
    Organisation,
    ProtectedPlace,
    Resource,
    Responsibility,
)
from tests.access.rule import Row, Who

PEOPLE = (
    Who("anonymous", "anonymous"),
    Who("dora", "d"),
    Who("carl", "c"),
    Who("cora", "c"),
    Who("bert", "b"),
    Who("bea", "b", of_the_city=True),
    Who("anna", "a"),
    Who("axel", "a", of_the_city=True),
    Who("root", "administrator"),
)
#: Marks in fields of each audience: a mark in an answer is the field in the answer.
MARKS = {"public": "みんなの印", "members": "関係者の印", "staff": "市役所の印"}
SECRET_ADDRESS = "ひみつ町九丁目"
SECRET_POINT = (134.0612345, 34.3212345)
PHONE = "0870-7777-"
LAT, LON = 34.34, 134.05


class World:
    """The rows, and a token for each person. Everything lies within some hundred metres of ``LAT, LON``."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.tokens: dict[str, str] = {}
        self._people()
        self._frame()
        for number, row in enumerate(_rows()):
            self.rows[self._resource(number, row)] = row

    def _people(self) -> None:
        self.house = Organisation.unscoped.create(name="事業所カール")
        city = Organisation.unscoped.create(name="市役所", is_city=True)
        homes = {"carl": self.house, "bert": self.house, "anna": self.house, "bea": city, "axel": city}
        self.accounts = {}
        for who in PEOPLE[1:]:
            account = Account.objects.create_user(who.name, password="x", level=who.level)
            account.organisation = homes.get(who.name)
            account.save()
            self.accounts[who.name] = account
            self.tokens[who.name] = create_token(account, name="matrix")

    def _frame(self) -> None:
        top = Category.objects.create(code="care", title="介護", colour="#7a3e00", shape="square")
        self.categories = [
            Category.objects.create(code="salon", title="サロン", parent=top),
            Category.objects.create(code="clinic", title="診療所", parent=top),
        ]
        scheme = DistrictScheme.objects.create(code="area", title="日常生活圏域", is_care_area=True)
        box = Polygon.from_bbox((LON - 0.05, LAT - 0.05, LON + 0.05, LAT + 0.05))
        District.unscoped.create(
            scheme=scheme,
            code="one",
            title="第一圏域",
            geom=MultiPolygon(box),
            office=self.house,
            office_phone="0870-1",
        )
        for audience in MARKS:
            FieldDefinition.objects.create(
                key=f"mark_{audience}", title=f"印{audience}", kind="text", audience=audience, is_listed=True
            )
        FieldDefinition.objects.create(
            key="choice_staff", title="区分", kind="choice", audience="staff",
            choices=[{"code": "yes", "title": "市役所の選択"}],
        )  # fmt: skip

    def _resource(self, number: int, row: Row) -> int:
        place = {"geom": _position(number), "geom_origin": "hand", "address": f"高松市番町一丁目{number}-1"}
        resource = Resource.unscoped.create(
            name=row.name,
            category=self.categories[number % 2],
            publication=row.publication,
            deleted_at=timezone.now() if row.in_trash else None,
            disclosure="open" if row.shows_place else "area",
            withheld=["phone"] if row.withholds_phone else [],
            phone=f"{PHONE}{number:04}",
            properties={**{f"mark_{key}": value for key, value in MARKS.items()}, "choice_staff": "yes"},
            updated_at=timezone.now(),
            **(place if row.shows_place else {}),
        )
        if not row.shows_place:
            hidden = ProtectedPlace.unscoped.create(
                resource=resource, address=SECRET_ADDRESS, geom=Point(*SECRET_POINT, srid=4326)
            )
            hidden.readers.add(self.accounts["axel"])
        if "carl" in row.kept_by:
            Responsibility.unscoped.create(resource=resource, organisation=self.house)
        if "cora" in row.kept_by:
            Responsibility.unscoped.create(resource=resource, account=self.accounts["cora"])
        return resource.pk

    def publish(self, on: bool) -> None:
        """Switch the public site."""
        AccessSetting.objects.update_or_create(pk=1, defaults={"public_site": on})

    def headers_of(self, name: str) -> dict[str, str]:
        """Headers that sign the person of that name in."""
        return {"Authorization": f"Bearer {self.tokens[name]}"}

    def headers(self, who: Who) -> dict[str, str]:
        """Headers that sign the person in."""
        return {"Authorization": f"Bearer {self.tokens[who.name]}"} if who.name in self.tokens else {}


def _rows() -> list[Row]:
    """Publications × people responsible × ways a place and a telephone are shown, and some in the trash."""
    shown = ((True, False), (True, True), (False, True))
    kept = product(("draft", "members", "public"), ((), ("carl",), ("cora",)), shown)
    rows = [(publication, False, keepers, *way) for publication, keepers, way in kept]
    rows += [
        (publication, True, ("carl", "cora"), True, False) for publication in ("draft", "members", "public")
    ]
    return [Row(f"資源{number:03}", *row) for number, row in enumerate(rows)]


def _position(number: int) -> Point:
    """Apart by some 55 m, so that every zoom from 16 on shows single points."""
    return Point(LON + (number % 9) * 0.0006, LAT + (number // 9) * 0.0005, srid=4326)
