"""OWSLib as a client of the catalogue and of processes, over a real port (D13)."""

from typing import Any

import pytest
from django.db import connection
from owslib.ogcapi.processes import Processes
from owslib.ogcapi.records import Records

from gisportal.ogc.models import OgcJob
from gisportal.ogc.processes import jobs
from layers.access import Level
from tests.factories import make_account, make_district, make_resource, publish_site
from tests.gisportal.ogc.conftest import forget_all


@pytest.fixture
def address(transactional_db: None, live_server: Any) -> Any:
    """A small city on a real port, its site public."""
    make_resource("公開の図書館", publication="public")
    make_district(population=1_000)
    publish_site()
    forget_all()
    yield f"{live_server.url}/ogc/"
    connection.close()


def test_owslib_searches_the_catalogue(address: str) -> None:
    client = Records(address)
    assert client.records() == ["catalogue"]
    assert client.collection("catalogue")["itemType"] == "record"
    found = client.collection_items("catalogue", q="地域資源", type="dataset")
    assert [record["id"] for record in found["features"]] == ["resources"]
    record = client.collection_item("catalogue", "resources")
    assert record["properties"]["type"] == "dataset"
    assert "resources.csv" in {
        item["id"] for item in client.collection_items("catalogue", type="file")["features"]
    }


def test_owslib_executes_processes(address: str) -> None:
    """At once, for everybody; as a job, for who has an account."""
    from gisportal.accounts.tokens import create_token

    client = Processes(address)
    assert [item["id"] for item in client.processes()] == ["geocode", "nearest", "crosstab", "coverage"]
    assert "distance" in client.process("coverage")["inputs"]
    point = {"type": "Point", "coordinates": [134.05, 34.34]}
    found = client.execute("nearest", {"point": point})
    names = [item["properties"]["name"] for item in found["features"]["value"]["features"]]
    assert names == ["公開の図書館"]
    token = create_token(make_account(Level.A))
    signed = Processes(address, headers={"Authorization": f"Bearer {token}"})
    inputs = {"distance": 500, "population": {"scheme": "area"}}
    accepted = signed.execute("coverage", inputs, async_=True)
    assert accepted["status"] == "accepted"
    jobs.run_job(accepted["jobID"])
    assert OgcJob.objects.get(pk=accepted["jobID"]).status == "successful"
