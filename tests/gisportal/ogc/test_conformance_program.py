"""What ``make conformance`` says of a suite and of schemathesis, and that its checks can fail (must show 1 and 4)."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.conformance import crs, ets, features, fuzz, tiles
from tests.conformance.requirements import unmet
from tests.conformance.service import InProcess, Service

RESULTS = """<?xml version="1.0" encoding="UTF-8"?>
<testng-results skipped="1" failed="1" total="4" passed="2"><suite><test><class name="x.FeaturesLimit">
<test-method status="PASS" name="prepared" is-config="true"/>
<test-method status="PASS" name="one"/><test-method status="PASS" name="two"/><test-method status="SKIP" name="three"/>
<test-method status="FAIL" name="limitParameterDefinition">
<exception><message><![CDATA[Expected property 'style'
more]]></message></exception></test-method>
</class></test></suite></testng-results>
"""


def test_a_suite_is_told_in_counts_and_failed_tests(tmp_path: Path) -> None:
    file = tmp_path / "testng-results.xml"
    file.write_text(RESULTS)
    lines, is_well = ets.summary(file)
    assert lines == ["passed 2, failed 1, skipped 1", "  limitParameterDefinition: Expected property 'style'"]
    assert not is_well
    file.write_text(RESULTS.replace("FAIL", "PASS"))
    assert ets.summary(file) == (["passed 3, failed 0, skipped 1"], True)
    file.write_text("<testng-results/>")
    assert not ets.summary(file)[1]


def report(failures: int) -> dict[str, Any]:
    return {
        "schemathesis_version": "4",
        "operations": {"tested": 3, "total": 3},
        "test_cases": {"generated": 10, "unique_failures": failures, "errored": 0},
        "failures": [{"title": "Server error", "count": failures}] * bool(failures),
    }


def test_schemathesis_is_told_by_caller_and_together() -> None:
    lines, is_well = fuzz.summary({"anonymous": report(0), "level A": report(2)})
    assert lines[-1] == "together: 20 requests, 2 failures" and "  Server error: 2" in lines
    assert not is_well
    assert fuzz.summary({"anonymous": report(0)})[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "module", [features, crs, tiles], ids=lambda module: module.__name__.rpartition(".")[2]
)
def test_no_check_holds_where_there_is_nothing(module: Any) -> None:
    """An empty or absent service meets no requirement."""
    for root in ("http://testserver/no-such-room", "http://testserver/ogc"):
        service = Service(InProcess(Client()), root)
        for check in module.SUITE.checks:
            reason = unmet(check, service)
            about_service = check.name in {"landing_page", "api_definition", "conformance_declaration",
                                           "classes_are_declared", "definition_is_openapi", "definition_holds",
                                           "matrix_sets_are_defined"}  # fmt: skip
            assert reason or (about_service and root.endswith("/ogc")), (root, check.name)
