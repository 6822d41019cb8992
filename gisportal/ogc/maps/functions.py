"""SQL functions as Django expressions, for maps."""

from typing import Any

from django.db.models import BinaryField, Func, TextField, Value

Box = tuple[float, float, float, float]


def _call(function: str, *parts: Any, output: Any = None) -> Func:
    return Func(*parts, function=function, output_field=output or TextField())


def _written(shape: Any) -> Func:
    return _call("ST_AsBinary", shape, output=BinaryField())


def shape_in_box(shape: Any, srid: int, box: Box, tolerance: float) -> Func:
    """A shape carried over to a CRS, cut off at a box and simplified, as WKB; what is lost in it is NULL or empty."""
    carried = _call("ST_Transform", shape, Value(srid))
    corners = _call("ST_MakeEnvelope", *map(Value, box), Value(srid))
    clipped = _call("ST_ClipByBox2D", carried, corners)
    return _written(_call("ST_Simplify", clipped, Value(tolerance), Value(True)))


def point_on_grid(shape: Any, srid: int, across: float, up: float) -> Func:
    """A point carried over to a CRS and put on a grid, as WKB: points nobody could tell apart become one."""
    return _written(
        _call("ST_SnapToGrid", _call("ST_Transform", shape, Value(srid)), Value(across), Value(up))
    )
