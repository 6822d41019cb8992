"""Invariants are named constraints of the database (style, rule 13)."""

import re

import pytest
from django.apps import apps
from django.db import connection, models

OURS = [
    model
    for model in apps.get_models()
    if model.__module__.startswith(("gisportal.", "layers.", "tiles.", "styles.")) and model._meta.managed
]
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def _named() -> list[tuple[type[models.Model], str]]:
    return [(model, constraint.name) for model in OURS for constraint in model._meta.constraints]


def test_constraints_have_names_of_their_own() -> None:
    names = [name for _model, name in _named()]
    assert len(names) > 20
    assert len(set(names)) == len(names)
    assert [name for name in names if not NAME.fullmatch(name)] == []


def test_no_constraint_without_a_name() -> None:
    assert [model.__name__ for model in OURS if model._meta.unique_together] == []


@pytest.mark.django_db
def test_the_database_holds_them() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        held = {row[0] for row in cursor.fetchall()}
    assert [name for _model, name in _named() if name not in held] == []
