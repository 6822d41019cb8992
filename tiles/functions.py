"""SQL functions as Django expressions, for tiles."""

from django.db.models import Func, TextField


class Plain(Func):
    """A geometry column as it is: without the cast to bytes that Django adds to selected geometries."""

    template = "(%(expressions)s)"
    output_field = TextField()
