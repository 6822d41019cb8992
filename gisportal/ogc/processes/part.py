"""OGC API – Processes, part 1 (18-062r2)."""

from collections.abc import Iterator
from typing import Final

from django.urls import re_path
from django.utils.translation import gettext as _

from gisportal.ogc.part import Link, Part, link
from gisportal.ogc.processes import openapi, views

_SPEC: Final = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
_RELATIONS: Final = "http://www.opengis.net/def/rel/ogc/1.0"
_PROCESS: Final = r"processes/(?P<process_id>[A-Za-z0-9_.-]+)"
_JOB: Final = r"jobs/(?P<job_id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"


def _landing(base: str) -> Iterator[Link]:
    yield link(f"{_RELATIONS}/processes", "application/json", _("Processes"), f"{base}/processes")
    yield link(f"{_RELATIONS}/job-list", "application/json", _("Jobs"), f"{base}/jobs")


PART: Final = Part(
    name="processes",
    conformance=tuple(
        f"{_SPEC}/{name}"
        for name in ("core", "ogc-process-description", "json", "html", "oas30", "job-list", "dismiss")
    ),
    urlpatterns=(
        re_path(r"^processes/?$", views.processes, name="processes"),
        re_path(rf"^{_PROCESS}/?$", views.process, name="process"),
        re_path(rf"^{_PROCESS}/execution/?$", views.execution, name="execution"),
        re_path(r"^jobs/?$", views.jobs, name="jobs"),
        re_path(rf"^{_JOB}/?$", views.job, name="job"),
        re_path(rf"^{_JOB}/results/?$", views.results, name="job-results"),
    ),
    landing=_landing,
    paths=openapi.paths,
    components=openapi.components,
)
