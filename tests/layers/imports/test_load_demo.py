"""``load_demo``: once, with a message where there is something already; what every city begins with."""

import io
import json
from itertools import combinations

import pytest
from django.core.management import CommandError, call_command

from layers.imports.city import city_folder
from layers.models import Category, FieldOfSupport, Resource

INITIAL = city_folder("takamatsu").parents[1] / "initial"


@pytest.mark.django_db
@pytest.mark.usefixtures("takamatsu")
def test_a_filled_database_is_left_alone() -> None:
    before = Resource.unscoped.count()
    out = io.StringIO()
    call_command("load_demo", city="iwaki", stdout=out, stderr=out)
    assert "no demo data is loaded" in out.getvalue()
    assert Resource.unscoped.count() == before


@pytest.mark.parametrize("name", ["atlantis", "../initial", ""])
def test_an_unknown_city_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(CommandError, match="iwaki, takamatsu"):
        call_command("load_demo", city=name)


@pytest.mark.django_db
def test_a_real_city_begins_with_categories_and_keeps_its_own_words() -> None:
    for _ in range(2):
        call_command("load_initial", stdout=io.StringIO())
        Category.objects.filter(code="aed").update(title="AED")
    assert Category.objects.filter(parent=None).count() == 8
    assert Category.objects.get(code="aed").title == "AED"
    assert FieldOfSupport.objects.count() == 7
    assert Category.objects.get(code="nursing_home").parent == Category.objects.get(code="elderly_home")


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_eight_colours_with_contrast_and_eight_shapes() -> None:
    tops = [
        raw for raw in json.loads((INITIAL / "categories.json").read_text("utf-8")) if "parent" not in raw
    ]
    assert len(tops) == 8
    assert {raw["shape"] for raw in tops} == {shape for shape, _ in Category.SHAPES}
    for raw in tops:
        assert 1.05 / (luminance(raw["colour"]) + 0.05) >= 4.5, raw["code"]
    assert all(one["colour"] != other["colour"] for one, other in combinations(tops, 2))


def test_every_category_has_an_english_title() -> None:
    assert all(raw["title_en"] for raw in json.loads((INITIAL / "categories.json").read_text("utf-8")))
