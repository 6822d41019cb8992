"""Pages of processes and jobs: plain tables, and an example that can be copied."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gisportal.ogc.models import OgcJob
from gisportal.ogc.pages import Row
from gisportal.ogc.processes.kinds import BY_KEY
from gisportal.ogc.processes.process import Process, Schema


def description_context(process: Process, document: dict[str, Any], base: str) -> dict[str, Any]:
    """What the page of a process shows."""
    body = json.dumps(process.example, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder)
    return {
        "process": document,
        "inputs": [
            {"key": key, "title": item.title, "description": item.description, "is_required": item.is_required,
             "rule": _rule(item.schema)}
            for key, item in process.inputs.items()
        ],
        "output": process.output,
        "address": f"{base}/processes/{process.key}/execution",
        "body": body,
    }  # fmt: skip


def _rule(schema: Schema) -> str:
    """What a schema asks for, in a line."""
    parts = [str(schema.get("type", "object"))]
    if "enum" in schema:
        parts.append(", ".join(map(str, schema["enum"])))
    if "minimum" in schema or "maximum" in schema:
        parts.append(f"{_bound(schema.get('minimum'))}–{_bound(schema.get('maximum'))}")
    if schema.get("default") not in (None, ""):
        parts.append(_("otherwise %(value)s") % {"value": schema["default"]})
    return "; ".join(parts)


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:,.10g}"


def job_rows(job: OgcJob) -> list[Row]:
    """What is said of a job."""
    process = BY_KEY.get(job.process)
    rows = [
        Row(_("Number"), str(job.pk)),
        Row(_("Process"), str(process.title) if process else job.process),
        Row(_("Status"), str(OgcJob.Status(job.status).label)),
        Row(_("Progress"), f"{job.progress} %"),
    ]
    if job.message:
        rows.append(Row(_("Message"), job.message))
    times = (
        (_("Asked for"), job.created_at),
        (_("Ended"), job.finished_at),
        (_("Kept until"), job.expires_at),
    )
    rows += [Row(title, str(localize(localtime(moment)))) for title, moment in times if moment]
    return rows
