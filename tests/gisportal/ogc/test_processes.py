"""OGC API – Processes (18-062r2): at once and as jobs, over what the viewer may see, with clear refusals (D13, R34)."""

import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from gisportal.accounts.models import Account
from gisportal.ogc.models import OgcJob
from gisportal.ogc.processes import jobs
from gisportal.ogc.processes.kinds import ALL, BY_KEY
from tests.architecture.tree import read
from tests.gisportal.ogc.conftest import LEVELS, OWN

pytestmark = pytest.mark.django_db
ADDRESS = "高松市番町1-8-15"
POINT = {"type": "Point", "coordinates": [134.0466, 34.3428]}
COVERAGE = {"distance": 800, "population": {"scheme": "towns"}, "search": "category=library"}
GOOD: dict[str, dict[str, Any]] = {
    "geocode": {"address": ADDRESS},
    "nearest": {"point": POINT, "search": "category=library"},
    "crosstab": {"rows": "category", "columns": "district:former"},
    "coverage": COVERAGE,
}


def execute(client: Client, process: str, inputs: Any, *, prefer: str = "", **more: Any) -> Any:
    headers = {"Prefer": prefer} if prefer else {}
    body = {"inputs": inputs, **more}
    return client.post(f"/ogc/processes/{process}/execution", json.dumps(body), content_type="application/json",
                       headers=headers)  # fmt: skip


def value(client: Client, process: str, inputs: Any) -> Any:
    answer = execute(client, process, inputs)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def accepted(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[..., OgcJob]:
    """Asks for a job; the worker is told, but does not run here."""

    def ask(client: Client, process: str = "coverage", inputs: Any = None, **more: Any) -> OgcJob:
        with django_capture_on_commit_callbacks(execute=True):
            answer = execute(client, process, inputs or GOOD[process], prefer="respond-async", **more)
        assert answer.status_code == 201, answer.content
        assert answer["Location"].endswith(f"/ogc/jobs/{answer.json()['jobID']}")
        assert (answer.json()["status"], answer["Preference-Applied"]) == ("accepted", "respond-async")
        return OgcJob.objects.get(pk=answer.json()["jobID"])

    return ask


# --- descriptions -------------------------------------------------------------------------------------------------


def test_list_and_descriptions(api: Client) -> None:
    listed = api.get("/ogc/processes?f=json").json()["processes"]
    assert [item["id"] for item in listed] == ["geocode", "nearest", "crosstab", "coverage"]
    for item in listed:
        assert item["jobControlOptions"] == ["sync-execute", "async-execute", "dismiss"]
        assert item["outputTransmission"] == ["value"]
        document = api.get(f"/ogc/processes/{item['id']}?f=json").json()
        assert {"inputs", "outputs", "links", "version", "example"} <= set(document)
        rels = {link["rel"] for link in document["links"]}
        assert {"self", "alternate", "http://www.opengis.net/def/rel/ogc/1.0/execute"} <= rels
    assert len(api.get("/ogc/processes?f=json&limit=2").json()["processes"]) == 2
    assert api.get("/ogc/processes?f=json&limit=0").status_code == 400


@pytest.mark.parametrize("process", ALL, ids=lambda process: process.key)
def test_the_example_of_each_description_works(api: Client, process: Any) -> None:
    answer = execute(api, process.key, process.example["inputs"])
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == process.output.media
    assert answer.headers["Cache-Control"] == "no-store"


def test_classes_and_definition(api: Client) -> None:
    classes = api.get("/ogc/conformance?f=json").json()["conformsTo"]
    for name in ("core", "ogc-process-description", "json", "html", "oas30", "job-list", "dismiss"):
        assert f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}" in classes
    paths = api.get("/ogc/openapi?f=json").json()["paths"]
    assert set(paths["/jobs/{jobId}"]) == {"get", "delete"}
    assert {f"/processes/{key}/execution" for key in BY_KEY} <= set(paths)
    rels = {link["rel"] for link in api.get("/ogc/?f=json").json()["links"]}
    assert "http://www.opengis.net/def/rel/ogc/1.0/processes" in rels


@pytest.mark.parametrize(
    "path", ["/ogc/processes", "/ogc/jobs", *(f"/ogc/processes/{key}" for key in BY_KEY)]
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages(api: Client, path: str, language: str) -> None:
    page = api.get(f"{path}?f=html&lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.content.decode() and page.content.decode().count("<h1>") == 1


GUIDE = read(Path("gisportal/docs/api.md"))
EXAMPLES = re.findall(r"^POST (/ogc/processes/\S+) (\{.*?\})(?: → (\d+))?$", GUIDE, re.MULTILINE)


@pytest.mark.parametrize(("path", "body", "status"), EXAMPLES)
def test_the_examples_of_the_guide_work(api: Client, path: str, body: str, status: str) -> None:
    assert len(EXAMPLES) > 4
    assert api.post(path, body, content_type="application/json").status_code == int(status or 200)


# --- what they compute --------------------------------------------------------------------------------------------


def test_geocode_answers_as_the_page_does(api: Client) -> None:
    page = api.post("/geocode", {"q": ADDRESS, "limit": "3"}).json()
    assert value(api, "geocode", {"address": ADDRESS, "limit": 3}) == page["candidates"]


def test_nearest_is_what_the_search_finds(api: Client) -> None:
    """The same rows in the same order as ``near=``, with the distance."""
    found = value(api, "nearest", {"point": POINT, "search": "category=library", "limit": 3})["features"]
    address = "/ogc/collections/resources/items?f=json&category=library&limit=3&near=34.3428,134.0466"
    items = api.get(address).json()["features"]
    assert [item["id"] for item in found] == [item["id"] for item in items] != []
    distances = [item["properties"]["distance"] for item in found]
    assert distances == sorted(distances) and distances[0] > 0
    near = value(api, "nearest", {"point": POINT, "radius": distances[0] + 1, "search": "category=library"})
    assert [item["id"] for item in near["features"]] == [found[0]["id"]]


def test_nearest_from_a_feature(api: Client) -> None:
    first = value(api, "nearest", {"point": POINT, "search": "category=library", "limit": 1})["features"][0]
    again = value(api, "nearest", {"feature": {"collection": "resources", "id": first["id"]}, "limit": 1})
    assert again["features"][0]["properties"]["distance"] == 0
    district = api.get("/ogc/collections/districts-former/items?f=json&limit=1").json()["features"][0]["id"]
    assert value(api, "nearest", {"feature": {"collection": "districts-former", "id": district}})["features"]


@pytest.mark.parametrize("measure", ["count", "per_1000", "per_1000_75"])
def test_crosstab_is_that_of_the_page(api: Client, measure: str) -> None:
    """The same function computes both (R34)."""
    inputs = {"rows": "category", "columns": "district:former", "measure": measure, "search": "q=高松"}
    found = value(api, "crosstab", inputs)
    page = api.get("/planning/crosstab.json", {"rows": "category", "columns": "district:former", "measure": measure,
                                               "q": "高松"}).json()  # fmt: skip
    searches = found.pop("searches")
    del page["links"]
    assert found == page
    if measure == "count":
        count = api.get(f"/ogc/collections/resources/items?f=json&limit=1&{searches[0][0]}").json()[
            "numberMatched"
        ]
        assert count == found["cells"][0][0]


def test_coverage_tells_how_it_was_computed(api: Client) -> None:
    found = value(api, "coverage", {**COVERAGE, "detour": 1.25, "districts": "former"})
    assert found["radius"] == 640 and "640" in found["method"]
    whole = found["groups"]["total"]
    assert 0 < whole["covered"] < whole["inhabitants"] and 0 < whole["share"] < 1
    assert sum(each["groups"]["total"]["covered"] for each in found["districts"]) == pytest.approx(
        whole["covered"], rel=0.01
    )
    fields = {"population": {"collection": "districts-towns", "fields": {"total": "population"}}}
    assert value(api, "coverage", {**COVERAGE, **fields, "detour": 1.25})["groups"]["total"] == whole


def test_whole_numbers_written_with_a_point(api: Client) -> None:
    """JSON Schema takes 2.0 for a whole number, so it must work as one."""
    assert len(value(api, "geocode", {"address": ADDRESS, "limit": 2.0})) <= 2
    first = value(api, "nearest", {"point": POINT, "limit": 1.0})["features"][0]["id"]
    found = value(api, "nearest", {"feature": {"collection": "resources", "id": float(first)}, "limit": 1.0})
    assert found["features"][0]["properties"]["distance"] == 0


def test_as_a_document(api: Client) -> None:
    """``response: document`` names the output; objects are qualified (results.yaml)."""
    document = execute(api, "coverage", COVERAGE, response="document").json()
    assert list(document) == ["coverage"] and document["coverage"]["mediaType"] == "application/json"
    candidates = execute(api, "geocode", {"address": {"value": ADDRESS}}, response="document").json()[
        "candidates"
    ]
    assert candidates[0]["lat"] == pytest.approx(34.34, abs=0.01)


# --- refusals -----------------------------------------------------------------------------------------------------

WRONG: list[tuple[str, Any, str]] = [
    ("geocode", {}, "inputs.address"),
    ("geocode", {"address": ""}, "inputs.address"),
    ("geocode", {"address": "あ" * 201}, "inputs.address"),
    ("geocode", {"address": 5}, "inputs.address"),
    ("geocode", {"address": ADDRESS, "limit": 0}, "inputs.limit"),
    ("geocode", {"address": ADDRESS, "limit": 10**9}, "inputs.limit"),
    ("geocode", {"address": ADDRESS, "city": "どこにもない市"}, "inputs.city"),
    ("geocode", {"address": ADDRESS, "nothing": 1}, "inputs.nothing"),
    ("geocode", {"address": {"href": "https://example.org/a"}}, "inputs.address"),
    ("geocode", {"address": "\x00"}, "inputs"),
    ("geocode", {"address": "\ud800"}, "inputs"),
    ("geocode", [], "inputs"),
    ("nearest", {}, "inputs.point"),
    ("nearest", {"point": POINT, "feature": {"collection": "resources", "id": 1}}, "inputs.point"),
    ("nearest", {"point": {"type": "Point", "coordinates": [34.3, 134.0]}}, "inputs.point"),
    ("nearest", {"point": {"type": "Point", "coordinates": [1]}}, "inputs.point.coordinates"),
    ("nearest", {"point": {"type": "Polygon", "coordinates": []}}, "inputs.point.type"),
    ("nearest", {"point": POINT, "radius": 0}, "inputs.radius"),
    ("nearest", {"point": POINT, "search": "nothing=1"}, "inputs.search"),
    ("nearest", {"point": POINT, "search": "near=34,134"}, "inputs.search"),
    ("nearest", {"point": POINT, "search": "category=none"}, "inputs.search"),
    ("nearest", {"feature": {"collection": "secret", "id": 1}}, "inputs.feature"),
    ("nearest", {"feature": {"collection": "resources", "id": 2**62}}, "inputs.feature"),
    ("crosstab", {"rows": "nothing"}, "inputs.rows"),
    ("crosstab", {"columns": "district:none"}, "inputs.columns"),
    ("crosstab", {"rows": "category", "columns": "category"}, "inputs.columns"),
    ("crosstab", {"measure": "nothing"}, "inputs.measure"),
    ("crosstab", {"search": "rows=category"}, "inputs.search"),
    ("coverage", {"distance": 800}, "inputs.population"),
    ("coverage", {**COVERAGE, "distance": 5}, "inputs.distance"),
    ("coverage", {**COVERAGE, "distance": 10**9}, "inputs.distance"),
    ("coverage", {**COVERAGE, "detour": 0.5}, "inputs.detour"),
    ("coverage", {**COVERAGE, "population": {"scheme": "none"}}, "inputs.population"),
    ("coverage", {**COVERAGE, "population": {"collection": "resources", "fields": {"total": "x"}}}, "inputs.population"),  # noqa: E501
    ("coverage", {**COVERAGE, "population": {}}, "inputs.population"),
    ("coverage", {**COVERAGE, "districts": "none"}, "inputs.districts"),
]  # fmt: skip


@pytest.mark.parametrize(("process", "inputs", "parameter"), WRONG)
def test_wrong_inputs_are_named(api: Client, process: str, inputs: Any, parameter: str) -> None:
    answer = execute(api, process, inputs)
    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["parameter"] == parameter


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b" ", "application/json", 400),
        (b'{"inputs": {"address": "x"', "application/json", 400),
        (b'{"inputs": {"distance": NaN}}', "application/json", 400),
        (b'{"inputs": {"distance": 1e999}}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"inputs": {}, "nothing": 1}', "application/json", 400),
        (b'{"inputs": {}, "subscriber": {"successUri": "https://example.org"}}', "application/json", 400),
        (b'{"inputs": {}, "outputs": {"other": {}}}', "application/json", 400),
        (b'{"inputs": {}, "outputs": []}', "application/json", 400),
        (b'{"inputs": {}, "response": "file"}', "application/json", 400),
        (b'{"inputs": {}}', "text/plain", 415),
        (b"address=x", "application/x-www-form-urlencoded", 415),
        (b" " * 300_000, "application/json", 413),
    ],
)
def test_unusable_bodies(api: Client, body: bytes, kind: str, status: int) -> None:
    answer = api.post("/ogc/processes/coverage/execution", body, content_type=kind)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_is_not_there(api: Client) -> None:
    """The types of these refusals are those of the standard (7.11.5)."""
    kind = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
    for path in ("/ogc/processes/nothing", "/ogc/processes/nothing?f=json"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, f"{kind}no-such-process")
    assert execute(api, "nothing", {}).json()["type"] == f"{kind}no-such-process"
    missing = api.get("/ogc/jobs/00000000-0000-0000-0000-000000000000")
    assert (missing.status_code, missing.json()["type"]) == (404, f"{kind}no-such-job")
    assert api.get("/ogc/jobs/1").status_code == 404
    assert api.get("/ogc/processes/geocode/execution").status_code == 405


# --- jobs ---------------------------------------------------------------------------------------------------------


def test_a_job_from_first_to_last(api: Client, accepted: Callable[..., OgcJob]) -> None:
    job = accepted(api)
    here = f"/ogc/jobs/{job.pk}"
    assert ProcrastinateJob.objects.filter(task_name="ogc.run_job", args={"job_id": str(job.pk)}).count() == 1
    not_ready = api.get(f"{here}/results")
    assert (not_ready.status_code, not_ready.json()["type"].rpartition("/")[2]) == (404, "result-not-ready")
    jobs.run_job(str(job.pk))
    status = api.get(here).json()
    assert (status["status"], status["progress"], status["type"]) == ("successful", 100, "process")
    assert {"created", "started", "finished", "updated", "jobID", "processID"} <= set(status)
    result = api.get(f"{here}/results")
    assert result.status_code == 200 and result.headers["Cache-Control"] == "no-store"
    assert result.json() == value(api, "coverage", COVERAGE)
    assert api.get(f"{here}?f=html").status_code == 200
    dismissed = api.delete(here)
    assert (dismissed.status_code, dismissed.json()["status"]) == (200, "dismissed")
    assert (
        api.get(here).status_code
        == api.get(f"{here}/results").status_code
        == api.delete(here).status_code
        == 404
    )


def test_a_job_is_answered_as_it_was_asked_for(api: Client, accepted: Callable[..., OgcJob]) -> None:
    job = accepted(api, "nearest", response="document")
    jobs.run_job(str(job.pk))
    document = api.get(f"/ogc/jobs/{job.pk}/results").json()
    assert document == {
        "features": {"value": value(api, "nearest", GOOD["nearest"]), "mediaType": "application/geo+json"}
    }


@pytest.mark.parametrize("process", ["geocode", "nearest"])
def test_nothing_of_a_person_is_kept(
    api: Client, accepted: Callable[..., OgcJob], process: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Inputs are dropped when the job has ended; neither queue nor log holds them; answers go after an hour."""
    caplog.set_level(logging.DEBUG)
    job = accepted(api, process)
    assert ADDRESS in str(job.inputs) or "134.0466" in str(job.inputs)
    jobs.run_job(str(job.pk))
    job.refresh_from_db()
    assert job.inputs == {} and job.status == "successful"
    assert job.expires_at <= timezone.now() + timedelta(hours=1)
    queued = str(
        list(ProcrastinateJob.objects.filter(task_name="ogc.run_job").values_list("args", flat=True))
    )
    for secret in ("番町1-8-15", "134.0466"):
        assert secret not in caplog.text and secret not in queued and secret not in job.message


def test_a_failed_job_says_why_and_drops_its_inputs(api: Client, accepted: Callable[..., OgcJob]) -> None:
    job = accepted(api, "nearest", {"point": POINT, "search": "category=none"})
    jobs.run_job(str(job.pk))
    status = api.get(f"/ogc/jobs/{job.pk}").json()
    assert status["status"] == "failed" and "none" in status["message"]
    assert OgcJob.objects.get(pk=job.pk).inputs == {}
    assert api.get(f"/ogc/jobs/{job.pk}/results").status_code == 422


def test_an_error_of_ours_fails_the_job_without_its_words(
    api: Client,
    accepted: Callable[..., OgcJob],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = accepted(api, "geocode")

    def broken(*_given: object) -> None:
        raise RuntimeError(ADDRESS)

    monkeypatch.setattr("gisportal.ogc.processes.kinds.geocode.locate", broken)
    jobs.run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == "failed" and "番町" not in job.message and "番町" not in caplog.text


def test_answers_expire(api: Client, accepted: Callable[..., OgcJob]) -> None:
    job = accepted(api)
    jobs.run_job(str(job.pk))
    OgcJob.objects.filter(pk=job.pk).update(expires_at=timezone.now())
    assert api.get(f"/ogc/jobs/{job.pk}").status_code == 404
    assert api.get("/ogc/jobs?f=json").json()["jobs"] == []
    assert (jobs.purge(), OgcJob.objects.count()) == (1, 0)


def test_a_lost_worker_is_noticed(api: Client, accepted: Callable[..., OgcJob]) -> None:
    """A job whose worker died is begun again, and has failed after three times (18-062r2 says nothing; G4 does)."""
    job = accepted(api)
    long_ago = timezone.now() - timedelta(minutes=5)
    # Begun by a worker nothing is known of.
    lost = {"status": "running", "attempts": 1, "updated_at": long_ago, "started_at": long_ago, "task_id": 0}
    OgcJob.objects.filter(pk=job.pk).update(**lost)
    assert jobs.resume() == 1
    job.refresh_from_db()
    assert (job.status, bool(job.task_id)) == ("accepted", True)
    assert jobs.resume() == 0, "it waits in the queue again"
    jobs.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("successful", 2)
    OgcJob.objects.filter(pk=job.pk).update(**{**lost, "attempts": 3, "result": None})
    assert jobs.resume() == 1
    job.refresh_from_db()
    assert job.status == "failed" and job.inputs == {}


def test_a_worker_that_comes_back_changes_nothing(api: Client, accepted: Callable[..., OgcJob]) -> None:
    """Dismissed while it ran: what it computed is thrown away."""
    job = accepted(api)
    OgcJob.objects.filter(pk=job.pk).update(status="running", attempts=2)
    late = OgcJob.objects.get(pk=job.pk)
    late.attempts = 1
    jobs._finish(late, "successful", {"late": True}, "")
    assert OgcJob.objects.get(pk=job.pk).status == "running"
    api.delete(f"/ogc/jobs/{job.pk}")
    jobs._finish(OgcJob(pk=job.pk, attempts=2, process="coverage"), "successful", {"late": True}, "")
    jobs.run_job(str(job.pk))
    assert not OgcJob.objects.filter(pk=job.pk).exists()


def test_an_account_may_have_so_many(api: Client, accepted: Callable[..., OgcJob]) -> None:
    for _number in range(jobs.MOST_OPEN):
        accepted(api)
    answer = execute(api, "coverage", COVERAGE, prefer="respond-async")
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert execute(api, "coverage", COVERAGE).status_code == 200


def test_list_of_jobs(api: Client, accepted: Callable[..., OgcJob]) -> None:
    done, waiting = accepted(api, "crosstab"), accepted(api, "geocode")
    jobs.run_job(str(done.pk))

    def listed(**params: str) -> list[str]:
        found = api.get("/ogc/jobs", {"f": "json", **params})
        assert found.status_code == 200, found.content
        return [item["jobID"] for item in found.json()["jobs"]]

    assert listed() == [str(waiting.pk), str(done.pk)]
    assert listed(status="successful") == listed(processID="crosstab") == [str(done.pk)]
    assert listed(status="accepted,successful", type="process", limit="1") == [str(waiting.pk)]
    assert listed(limit="1", offset="1") == [str(done.pk)]
    assert listed(minDuration="0", maxDuration="60") == [str(done.pk)]
    assert listed(minDuration="3600") == []
    assert listed(datetime="../2020-01-01") == [] and len(listed(datetime="2020-01-01/..")) == 2
    rels = {link["rel"] for link in api.get("/ogc/jobs?f=json&limit=1").json()["links"]}
    assert "next" in rels
    assert done.process in api.get("/ogc/jobs?f=html").content.decode()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("status", "none"), ("processID", "none"), ("type", "none"), ("limit", "0"), ("minDuration", "-1"),
     ("datetime", "x"), ("offset", "x"), ("nothing", "1")],
)  # fmt: skip
def test_wrong_parameters_of_the_list(api: Client, name: str, wrong: str) -> None:
    answer = api.get("/ogc/jobs", {"f": "json", name: wrong})
    assert (answer.status_code, answer.json()["parameter"]) == (400, name)


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["anonymous", *LEVELS])
@pytest.mark.parametrize("public", [False, True])
def test_processes_are_for_those_who_are_served(
    as_level: Callable[[str], Client], public_site: Callable[[bool], None], level: str, public: bool
) -> None:
    """A to C and administrator; everybody while the public site is on (R21)."""
    public_site(public)
    client, may = as_level(level), public or level not in {"anonymous", "d"}
    listed = client.get("/ogc/processes?f=json").json()["processes"]
    assert bool(listed) == may
    for key, inputs in GOOD.items():
        assert client.get(f"/ogc/processes/{key}?f=json").status_code == (200 if may else 404)
        assert execute(client, key, inputs).status_code == (200 if may else 404)


@pytest.mark.parametrize("level", ["c", "b", "a", "administrator"])
def test_each_counts_what_it_may_see(as_level: Callable[[str], Client], level: str) -> None:
    client = as_level(level)
    whole = client.get("/ogc/collections/resources/items?f=json&limit=1").json()["numberMatched"]
    assert (whole == OWN) == (level == "c")
    assert value(client, "crosstab", GOOD["crosstab"])["total"] == whole
    found = value(client, "coverage", {**COVERAGE, "search": ""})
    assert found["places"] + found["without_place"] == whole
    seen = value(client, "nearest", {"point": POINT, "limit": 100})["features"]
    assert len(seen) == (found["places"] if level == "c" else 100)


def test_jobs_are_their_owners(as_level: Callable[[str], Client], accepted: Callable[..., OgcJob]) -> None:
    """Not even the administrator sees those of others."""
    job = accepted(as_level("b"))
    jobs.run_job(str(job.pk))
    for level in ("administrator", "a", "c", "d", "anonymous"):
        client = as_level(level)
        assert client.get("/ogc/jobs?f=json").json()["jobs"] == []
        for path in (f"/ogc/jobs/{job.pk}", f"/ogc/jobs/{job.pk}/results"):
            assert client.get(path).status_code == 404
        assert client.delete(f"/ogc/jobs/{job.pk}").status_code == 404
    assert as_level("b").get(f"/ogc/jobs/{job.pk}/results").status_code == 200


def test_anonymous_leaves_no_job_behind(
    as_level: Callable[[str], Client], public_site: Callable[[bool], None]
) -> None:
    """``Prefer`` is a wish: who has no account is answered at once."""
    public_site(True)
    client = as_level("anonymous")
    assert client.get("/ogc/processes/coverage?f=json").json()["jobControlOptions"] == ["sync-execute"]
    answer = execute(client, "crosstab", GOOD["crosstab"], prefer="respond-async")
    assert (answer.status_code, OgcJob.objects.count()) == (200, 0)


def test_todays_rights_hold_for_yesterdays_answers(
    as_level: Callable[[str], Client], accepted: Callable[..., OgcJob]
) -> None:
    """Whoever has lost rights gets neither the answer of a job nor one computed under the old rights."""
    client = as_level("a")
    done, waiting = accepted(client), accepted(client)
    jobs.run_job(str(done.pk))
    Account.objects.filter(username="ogc-a").update(level="c")
    assert client.get(f"/ogc/jobs/{done.pk}/results").status_code == 404
    jobs.run_job(str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.status, waiting.result) == ("failed", None)


def test_another_sites_form_cannot_execute(takamatsu: dict[str, str], db: None) -> None:
    """A browser signed in sends a form of another site with its cookie: JSON is asked for, which a form cannot send."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(username="ogc-a"))
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = client.post("/ogc/processes/crosstab/execution", b'{"inputs": {}}', content_type=kind)
        assert answer.status_code == 415
