import pytest

from tests.access.world import World


@pytest.fixture
def world(db: None) -> World:
    """The small city of the matrix."""
    return World()
