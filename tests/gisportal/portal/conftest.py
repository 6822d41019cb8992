"""A small city and people signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gisportal.portal import context
from gisportal.portal.models import forget
from layers import vocabulary
from layers.access import Level
from layers.imports.gazetteer import load_gazetteer
from layers.models import FieldDefinition, GazetteerTown
from tests.factories import LAT, LON, make_account, make_category, make_district, make_office, make_resource

SignedIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Nothing kept from another test."""
    vocabulary.forget()
    forget()
    context._name.clear()


@pytest.fixture
def signed_in(db: None) -> SignedIn:
    """A client of a level."""

    def make(level: Level = Level.A) -> Client:
        client = Client()
        client.force_login(make_account(level))
        return client

    return make


@pytest.fixture
def city(db: None) -> dict[str, Any]:
    """Three resources of two categories in one district with an office, one of them without a position."""
    care = make_category("care", title="介護")
    salon = make_category("salon", title="サロン", colour="#0a5a2b", shape="circle", is_formal=False)
    office = make_office()
    make_district(office=office, office_phone="087-111-2222", title="中央圏域")
    FieldDefinition.objects.create(
        key="pads", title="小児用パッド", kind="boolean", audience="public", is_listed=True
    )
    FieldDefinition.objects.create(key="beds", title="病床数", kind="number", unit="床", audience="public")
    return {
        "home": make_resource(
            "特養さくら", category=care, phone="087-123-4567", address="高松市番町一丁目8-15",
            properties={"pads": True, "beds": 20}, fields_of_support=["elderly"],
        ),
        "salon": make_resource("つどいの家", category=salon, lon=LON + 0.02, lat=LAT, properties={"beds": 5}),
        "visit": make_resource("訪問いちばん", category=care, lon=None, service_area="city", delivery="visits"),
        "office": office,
    }  # fmt: skip


@pytest.fixture
def gazetteer(db: None, settings: Any) -> None:
    """Towns of 香川, in the transaction of the test."""
    settings.LG_CODE = "372013"
    if not GazetteerTown.objects.filter(lg_code="372013").exists():
        load_gazetteer(settings.BASE_DIR / "fixtures" / "gazetteer", areas=("37",))
