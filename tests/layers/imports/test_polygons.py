"""One clean cover: valid, without overlaps, small gaps closed, large ones left."""

import shapely
from shapely import MultiPolygon, Point, Polygon, box

from layers.imports.polygons import clean_cover, dissolve, repair


def overlap(geoms: list[MultiPolygon]) -> float:
    return sum(a.intersection(b).area for index, a in enumerate(geoms) for b in geoms[index + 1 :])


def test_what_two_claim_goes_to_the_smaller() -> None:
    large, small = box(0, 0, 0.1, 0.1), box(0.09, 0.04, 0.13, 0.06)
    cleaned = clean_cover([large, small])
    assert overlap(cleaned) == 0
    assert cleaned[1].equals(MultiPolygon([small]))
    assert not cleaned[0].covers(Point(0.095, 0.05))


def test_a_gap_closes_towards_the_longer_border_and_the_sea_stays_out() -> None:
    left = Polygon([(0, 0), (0.05, 0), (0.05, 0.02), (0.0498, 0.05), (0.05, 0.08), (0.05, 0.1), (0, 0.1)])
    right = Polygon([(0.05, 0), (0.1, 0), (0.1, 0.1), (0.05, 0.1), (0.05, 0.08), (0.05, 0.02)])
    cleaned = clean_cover([left, right])
    assert any(geom.covers(Point(0.0499, 0.05)) for geom in cleaned)
    assert not any(geom.covers(Point(0.2, 0.2)) for geom in cleaned)
    ring = box(0, 0, 0.1, 0.1).difference(box(0.02, 0.02, 0.08, 0.08))
    assert not clean_cover([ring])[0].covers(Point(0.05, 0.05)), "a hole of 40 km2 is no gap"


def test_a_ring_that_crosses_itself_is_repaired() -> None:
    bow = Polygon([(0, 0), (0.1, 0.1), (0.1, 0), (0, 0.1)])
    assert repair(bow).is_valid
    assert clean_cover([bow])[0].is_valid


def test_dissolving_a_cover_leaves_no_inner_border() -> None:
    cleaned = clean_cover([box(0, 0, 0.1, 0.1), box(0.0999, 0, 0.2, 0.1), box(1, 1, 1.1, 1.1)])
    whole = dissolve(cleaned)
    assert len(whole.geoms) == 2
    assert shapely.get_num_interior_rings(whole.geoms[0]) == 0
