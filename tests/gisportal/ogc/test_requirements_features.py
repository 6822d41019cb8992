"""OGC API – Features, parts 1 and 2: every requirement of their abstract test suites, by its id (must show 1; G4).

The checks stand in ``tests/conformance``, where ``make conformance`` puts the same questions to a running portal.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.conformance import crs, features
from tests.conformance.requirements import Check, unmet
from tests.conformance.service import InProcess, Service

pytestmark = pytest.mark.django_db
CHECKS = [*features.SUITE.checks, *crs.SUITE.checks]


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the checks read once, by who asks."""
    return {}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
@pytest.mark.parametrize("who", ["anonymous", "administrator"])
def test_requirement(
    as_level: Callable[[str], Client],
    public_site: Callable[[bool], None],
    settings: Any,
    seen: dict[str, Any],
    check: Check,
    who: str,
) -> None:
    settings.LG_CODE = "372013"
    public_site(True)
    service = Service(InProcess(as_level(who)), "http://testserver/ogc", seen.setdefault(who, {}))
    assert unmet(check, service) == "", check.requirements


def test_every_check_names_requirements_of_its_own() -> None:
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names)) > 20
    assert all(check.requirements for check in CHECKS)
    assert unmet(
        Check(("/req/none",), lambda service: service.get("/nothing").must_be(200) and None), broken()
    )


def broken() -> Service:
    """A service that answers nothing but 404."""
    return Service(InProcess(Client()), "http://testserver/no-such-room")
