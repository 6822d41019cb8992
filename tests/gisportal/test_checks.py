"""System checks of the settings."""

import pytest

from gisportal.checks import check_settings

HOUR = 3600


def ids():
    return {finding.id for finding in check_settings()}


@pytest.fixture(autouse=True)
def publisher(settings):
    """A city that has said who answers for its data."""
    settings.PUBLISHER_NAME = "高松市"
    settings.PUBLISHER_URL = "https://www.city.takamatsu.kagawa.jp/"


def test_settings_as_they_come_are_sound():
    assert ids() == set()


@pytest.mark.parametrize(
    ("name", "value", "identifier"),
    [
        ("SECRET_KEY", "short", "gisportal.E001"),
        ("SECRET_KEY", "a" * 80, "gisportal.E001"),
        ("BASE_MAP", "unknown", "gisportal.E002"),
        ("ALLOWED_HOSTS", [], "gisportal.E003"),
        ("ALLOWED_HOSTS", ["*"], "gisportal.E003"),
        ("SESSION_COOKIE_AGE", 0, "gisportal.E004"),
        ("SESSION_COOKIE_AGE", HOUR // 2, "gisportal.E004"),
        ("SESSION_ABSOLUTE_AGE", 100 * HOUR, "gisportal.E005"),
        ("SESSION_ABSOLUTE_AGE", 2 * HOUR, "gisportal.E006"),
        ("SESSIONS_PER_ACCOUNT", 0, "gisportal.E007"),
        ("AXES_FAILURE_LIMIT", 1, "gisportal.E008"),
        ("AXES_COOLOFF_TIME", 0, "gisportal.E009"),
        ("PLACE_TOKEN_HOURS", 100, "gisportal.E010"),
        ("CSRF_TRUSTED_ORIGINS", ["city.example.jp"], "gisportal.E011"),
        ("LG_CODE", "37201", "gisportal.E012"),
        ("CORS_ORIGINS", ["map.city.example.jp"], "gisportal.E014"),
        ("CORS_ORIGINS", ["https://map.city.example.jp/"], "gisportal.E014"),
        ("PUBLISHER_EMAIL", "nobody", "gisportal.E015"),
        ("PUBLISHER_URL", "www.city.example.jp", "gisportal.E016"),
        ("PUBLISHER_NAME", "", "gisportal.W002"),
        ("BEHIND_PROXY", True, "gisportal.W001"),
    ],
)
def test_each_fault_is_named(name, value, identifier, settings):
    setattr(settings, name, value)
    assert ids() == {identifier}


def test_any_host_will_do_while_developing(settings):
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["*"]
    assert ids() == set()


def test_own_base_map_is_known(settings):
    settings.BASE_MAP = "own"
    assert ids() == set()
