"""OGC API – Tiles, part 1: every requirement of the classes declared, by its id (must show 1; G4)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.conformance import tiles
from tests.conformance.requirements import Check, unmet
from tests.conformance.service import InProcess, Service

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the checks read once."""
    return {}


@pytest.mark.parametrize("check", tiles.SUITE.checks, ids=lambda check: check.name)
def test_requirement(
    as_level: Callable[[str], Client],
    public_site: Callable[[bool], None],
    settings: Any,
    seen: dict[str, Any],
    check: Check,
) -> None:
    settings.LG_CODE = "372013"
    public_site(True)
    service = Service(InProcess(as_level("a")), "http://testserver/ogc", seen)
    assert unmet(check, service) == "", check.requirements
