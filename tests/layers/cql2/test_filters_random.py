"""Ten thousand random filters mean in the database what they mean feature by feature (issue 4, must show 2)."""

import json
from datetime import date
from typing import Any

import pytest
from shapely.wkb import loads

from layers.access import Viewer
from layers.cql2 import Filter, parse_filter
from layers.cql2.translate import Translator
from layers.fields import Kind
from layers.query import FeatureQuery
from layers.source import FeatureSource, get_source
from tests.layers.cql2 import brute, maker
from tests.layers.cql2.conftest import PUBLIC, STAFF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_city")]
AT_ONCE = 20
BATCH = 250
KINDS = {Kind.NUMBER: "number", Kind.BOOLEAN: "boolean", Kind.DATE: "date", Kind.DATETIME: "datetime",
         Kind.CHOICES: "choices"}  # fmt: skip
#: Source, viewer, and how many batches: 40 in all.
WHOSE = [
    ("resources", PUBLIC, range(16)),
    ("resources", STAFF, range(16, 28)),
    ("districts-area", STAFF, range(28, 40)),
]


def kinds(source: FeatureSource) -> dict[str, str]:
    """Kind of value by key, with the id."""
    return {key: KINDS.get(field.kind, "text") for key, field in source.fields().items()} | {"id": "number"}


def plain_features(source: FeatureSource) -> list[dict[str, Any]]:
    """Features as the viewer sees them, in plain values."""
    types = kinds(source)
    return [
        {
            **{key: plain(value, types[key]) for key, value in item.properties.items()},
            "id": item.id,
            "geometry": item.geom and loads(bytes(item.geom.wkb)),
            "__types__": types,
        }
        for item in source.load(FeatureQuery())
    ]


def plain(value: Any, kind: str) -> Any:
    """A city's own dates are kept as texts."""
    return date.fromisoformat(value) if kind == "date" and isinstance(value, str) else value


def answers(source: FeatureSource, filters: list[Filter]) -> dict[int, list[bool | None]]:
    """Whether each feature meets each filter, by id, as the database says: true, false or unknown."""
    translate = Translator(source.fields(), source.shown_geom())
    named = {f"f{number}": translate.condition(found.node) for number, found in enumerate(filters)}
    rows = source.visible().order_by().annotate(**named).values_list("id", *named)
    return {row[0]: list(row[1:]) for row in rows}


@pytest.mark.parametrize(
    ("slug", "who", "batch"), [(slug, who, batch) for slug, who, batches in WHOSE for batch in batches]
)
def test_database_agrees_with_brute_force(
    slug: str, who: Viewer, batch: int, grid: tuple[list[float], list[float]]
) -> None:
    source = get_source(slug, who)
    features = plain_features(source)
    assert len(features) >= 12
    make = maker.Maker(batch, kinds(source), *grid, is_point=slug == "resources")
    raws = [make.condition() for _ in range(BATCH)]
    parsed = [parse_filter(maker.text(raw), source.fields()) for raw in raws]
    as_json = [parse_filter(json.dumps(raw), source.fields(), language="cql2-json") for raw in raws]
    assert as_json == parsed
    judged = 0
    for start in range(0, BATCH, AT_ONCE):
        some = raws[start : start + AT_ONCE]
        found = answers(source, parsed[start : start + AT_ONCE])
        for feature in features:
            for number, raw in enumerate(some):
                try:
                    meant = brute.truth(raw, feature)
                except brute.Uncertain:
                    continue
                judged += 1
                assert found[feature["id"]][number] is meant, (maker.text(raw), feature)
    assert judged > BATCH * len(features) * 0.9
