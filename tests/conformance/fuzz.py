"""schemathesis over the OpenAPI definition: no 500, no status, content type or body the definition does not tell of.

It stands in an environment of its own (``requirements.lock`` beside this file), so that its many packages weigh neither
on the portal nor on ``make test``.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any, Final

from tests.conformance.service import Service, need

HERE: Final = Path(__file__).resolve().parent
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "allow_header_conformance",
)
#: Requests wanted over all callers together (issue, must show 4).
WANTED: Final = 20_000
#: Features asked for one by one, of each collection.
ONES: Final = 20


def environment(folder: Path) -> Path:
    """The environment, made where it is not there yet; its ``st``."""
    place = folder / "conformance-venv"
    stamp, lock = place / "installed", (HERE / "requirements.lock").read_text()
    if not stamp.exists() or stamp.read_text() != lock:
        venv.create(place, with_pip=True, clear=True)
        pip = [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", HERE / "requirements.lock"], check=True)
        stamp.write_text(lock)
    return place / "bin" / "st"


def definition(service: Service) -> Any:
    """The definition with features, styles and matrix sets that are there in the place of any number or word."""
    document = json.loads(json.dumps(service.api))
    for path, operations in document["paths"].items():
        if path.endswith("/items/{featureId}"):
            slug = path.split("/")[2]
            ids = [found["id"] for found in service.all_features(slug)[:ONES]]
            for operation in operations.values():
                for parameter in operation.get("parameters", []):
                    if parameter.get("name") == "featureId" and ids:
                        parameter["schema"] = {**parameter["schema"], "enum": [*ids, 0]}
    return document


def run(service: Service, token: str, tool: Path, folder: Path, examples: int) -> Any:
    """One caller's run; schemathesis' own report."""
    folder.mkdir(parents=True, exist_ok=True)
    written, report = folder / "openapi.json", folder / "report.json"
    written.write_text(json.dumps(definition(service)))
    report.unlink(missing_ok=True)
    command = [
        tool, "run", written, "--url", service.root, "--workers", "1", "--max-examples", str(examples),
        "--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS), "--continue-on-failure",
        "--no-shrink", "--report", "json", "--report-json-path", report,
        *(["--header", f"Authorization: Bearer {token}"] if token else []),
    ]  # fmt: skip
    with (folder / "schemathesis.log").open("wb") as log:
        subprocess.run(list(map(str, command)), cwd=folder, stdout=log, stderr=log, check=False)
    need(report.exists(), "schemathesis wrote no report; see", folder / "schemathesis.log")
    return json.loads(report.read_text())


def summary(reports: dict[str, Any]) -> tuple[list[str], bool]:
    """Lines for the file of results, and whether all is well."""
    lines, total, failed = [], 0, 0
    for who, report in reports.items():
        cases, operations = report["test_cases"], report["operations"]
        total += cases["generated"]
        failed += cases["unique_failures"] + cases["errored"]
        lines.append(
            f"{who}: {cases['generated']} requests over {operations['tested']} of {operations['total']} operations, "
            f"{cases['unique_failures']} failures, {cases['errored']} errors"
        )
        lines += [f"  {item['title']}: {item.get('count', 1)}" for item in report["failures"]]
    lines.append(f"together: {total} requests, {failed} failures")
    return lines, failed == 0


def version(reports: dict[str, Any]) -> str:
    """The version of schemathesis, as it tells it itself."""
    return next((str(report["schemathesis_version"]) for report in reports.values()), sys.version.split()[0])
