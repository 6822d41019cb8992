"""What the OpenAPI definition says of processes and jobs."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from gisportal.ogc.models import OgcJob
from gisportal.ogc.openapi import answer, query, reference, refusal
from gisportal.ogc.part import Schema
from gisportal.ogc.processes.kinds import ALL, BY_KEY
from gisportal.ogc.processes.listing import DEFAULT_LIMIT, MAX_LIMIT
from gisportal.ogc.processes.process import Process
from layers.access import Viewer

TAG: Final = "processes"


def paths(viewer: Viewer) -> Iterator[tuple[str, Any]]:
    """Addresses of the processes the viewer may use, and of his jobs."""
    limit = query("limit", _("Processes at most."), {"type": "integer", "minimum": 1})
    yield (
        "/processes",
        {"get": _operation("getProcesses", _("Processes"), "Processes", ("400", "401"), [limit])},
    )
    if not viewer.is_served:
        return
    for process in ALL:
        path = f"/processes/{process.key}"
        described = _operation(
            f"getProcess_{process.key}", str(process.title), "Process", ("400", "401", "404")
        )
        yield path, {"get": described}
        yield f"{path}/execution", {"post": _execution(process, viewer)}
    yield from _job_paths()


def _operation(
    identifier: str,
    summary: str,
    found: str,
    refusals: tuple[str, ...],
    parameters: list[Schema] | None = None,
) -> Schema:
    return {
        "operationId": identifier,
        "tags": [TAG],
        "summary": summary,
        "parameters": [reference("parameters", "f"), reference("parameters", "lang"), *(parameters or [])],
        "responses": {"200": reference("responses", found), **_refusals(refusals)},
    }


_REFUSALS: Final = {
    "400": "Refused", "401": "WrongToken", "404": "NotFound", "413": "TooLarge", "415": "NotJson", "422": "JobFailed",
    "429": "TooMany", "503": "TooLong",
}  # fmt: skip


def _refusals(codes: tuple[str, ...]) -> dict[str, Schema]:
    return {code: reference("responses", _REFUSALS[code]) for code in codes}


def _execution(process: Process, viewer: Viewer) -> Schema:
    codes = ("400", "401", "404", "413", "415", "429", "503")
    found = _operation(f"execute_{process.key}", str(process.title), "Result", codes)
    if viewer.account_id is not None:
        wish = {"type": "string", "enum": ["respond-async", "respond-sync"]}
        found["parameters"].append(
            {"name": "Prefer", "in": "header", "description": _("respond-async: as a job."), "schema": wish}
        )
        found["responses"]["201"] = reference("responses", "Accepted")
    inputs: Schema = {
        "type": "object",
        "properties": {
            key: {**item.schema, "description": str(item.description or item.title)}
            for key, item in process.inputs.items()
        },
    }
    if wanted := [key for key, item in process.inputs.items() if item.is_required]:
        inputs["required"] = wanted
    schema = {
        "type": "object",
        "required": ["inputs"],
        "properties": {
            "inputs": inputs,
            "outputs": {"type": "object", "properties": {process.output.key: {"type": "object"}},
                        "additionalProperties": False},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
        },
    }  # fmt: skip
    content = {"application/json": {"schema": schema, "example": dict(process.example)}}
    found["requestBody"] = {"required": True, "content": content}
    return found


def _job_paths() -> Iterator[tuple[str, Any]]:
    number = {"name": "jobId", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    yield "/jobs", {"get": _operation("getJobs", _("Own jobs"), "Jobs", ("400", "401"), _list_parameters())}
    dismissed = _operation("dismissJob", _("Dismiss a job"), "Status", ("400", "401", "404"), [number])
    status = _operation("getStatus", _("Status of a job"), "Status", ("400", "401", "404"), [number])
    yield "/jobs/{jobId}", {"get": status, "delete": dismissed}
    results = _operation(
        "getResults", _("Results of a job"), "Result", ("400", "401", "404", "422"), [number]
    )
    yield "/jobs/{jobId}/results", {"get": results}


def _list_parameters() -> list[Schema]:
    def several(name: str, description: str, values: list[str]) -> Schema:
        items = {"type": "string", "enum": values}
        return {"name": name, "in": "query", "description": description, "style": "form", "explode": False,
                "schema": {"type": "array", "items": items}}  # fmt: skip

    seconds = {"type": "number", "minimum": 0, "maximum": 10**6}
    return [
        several("type", _("Kind of job."), ["process"]),
        several("processID", _("Jobs of these processes."), list(BY_KEY)),
        several("status", _("Jobs of this status."), list(OgcJob.Status.values)),
        query("datetime", _("When it was asked for: a time, or an interval."), {"type": "string"}),
        query("minDuration", _("Seconds it has run at least."), seconds),
        query("maxDuration", _("Seconds it has run at most."), seconds),
        query("limit", _("Jobs at once."), {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),  # noqa: E501
        query("offset", _("Jobs to leave out before the first."), {"type": "integer", "minimum": 0, "maximum": 10**6}),
    ]  # fmt: skip


def components() -> dict[str, dict[str, Schema]]:
    """What the addresses refer to."""
    anything: Schema = {"schema": {}}
    return {
        "responses": {
            "Processes": answer(_("Processes"), "application/json", "Processes"),
            "Process": answer(_("A process"), "application/json", "Process"),
            "Jobs": answer(_("Jobs"), "application/json", "Jobs"),
            "Status": answer(_("Status of a job"), "application/json", "StatusInfo"),
            "Accepted": {**answer(_("Accepted as a job"), "application/json", "StatusInfo"),
                         "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}}},
            "Result": {"description": _("What was computed"),
                       "content": {"application/json": anything, "application/geo+json": anything}},
            "TooLarge": refusal(_("The body is too large.")),
            "NotJson": refusal(_("The body is not sent as JSON.")),
            "JobFailed": refusal(_("The job has failed.")),
            "TooMany": refusal(_("Too many requests or jobs at once.")),
            "TooLong": refusal(_("It took too long; as a job it may take longer.")),
        },
        "schemas": _schemas(),
    }  # fmt: skip


def _schemas() -> dict[str, Schema]:
    links = {"type": "array", "items": reference("schemas", "Link")}
    text: Schema = {"type": "string"}
    time = {"type": "string", "format": "date-time"}
    summary = {
        "id": text, "version": text, "title": text, "description": text, "links": links,
        "keywords": {"type": "array", "items": text},
        "jobControlOptions": {"type": "array", "items": {"type": "string", "enum": ["sync-execute", "async-execute", "dismiss"]}},  # noqa: E501
        "outputTransmission": {"type": "array", "items": {"type": "string", "enum": ["value", "reference"]}},
    }  # fmt: skip
    whole = {
        **summary,
        "inputs": {"type": "object"},
        "outputs": {"type": "object"},
        "example": {"type": "object"},
    }
    times = dict.fromkeys(("created", "started", "finished", "updated", "expires"), time)
    info = {
        "processID": text, "jobID": text, "message": text, "links": links, **times,
        "type": {"type": "string", "enum": ["process"]},
        "status": {"type": "string", "enum": list(OgcJob.Status.values)},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
    }  # fmt: skip
    return {
        "ProcessSummary": {"type": "object", "required": ["id", "version"], "properties": summary},
        "Process": {"type": "object", "required": ["id", "version"], "properties": whole},
        "Processes": _list("processes", "ProcessSummary", links),
        "StatusInfo": {"type": "object", "required": ["jobID", "status", "type"], "properties": info},
        "Jobs": _list("jobs", "StatusInfo", links),
    }


def _list(name: str, schema: str, links: Schema) -> Schema:
    items = {"type": "array", "items": reference("schemas", schema)}
    return {"type": "object", "required": [name, "links"], "properties": {name: items, "links": links}}
