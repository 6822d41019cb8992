"""What holds for every test."""

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """A password of a test costs nothing to keep: the real hasher takes 0.3 s for each account by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_limits(settings: Settings) -> None:
    """Tests ask faster than any client may; those of the limits set their own. Nothing is written from a thread."""
    settings.GATE_KEEPER = False
    for client in ("TOKEN", "ACCOUNT", "ADDRESS"):
        setattr(settings, f"RATE_{client}", 0)
        setattr(settings, f"QUOTA_{client}", 0)
