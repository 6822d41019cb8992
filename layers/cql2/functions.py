"""CQL2's operators as SQL: three-valued, and never an error whatever the data are."""

from typing import Any, Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    Func,
    TextField,
    Value,
)
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, list[Any]]

#: Texts are compared and ordered by code point, whatever the collation of the database.
_BY_CODE: Final = '((%(expressions)s) COLLATE "C")'


class Condition(Func):
    """What is true, false or unknown."""

    conditional = True
    output_field = BooleanField()


class Constant(Condition):
    """TRUE or FALSE."""

    def __init__(self, value: bool) -> None:
        super().__init__(template="TRUE" if value else "FALSE")


class Truth(Condition):
    """A truth value as a condition."""

    template = "(%(expressions)s)"


class Joined(Condition):
    """Conditions or values with an operator between them."""

    template = "(%(expressions)s)"

    def __init__(self, operator: str, *parts: Any) -> None:
        super().__init__(*parts, arg_joiner=f" {operator} ")


class Negated(Condition):
    """NOT."""

    template = "(NOT %(expressions)s)"


class Missing(Condition):
    """IS NULL."""

    template = "((%(expressions)s) IS NULL)"


class Between(Condition):
    """BETWEEN, both ends belonging to it."""

    template = "(%(expressions)s)"

    def __init__(self, value: Any, low: Any, high: Any) -> None:
        super().__init__(Joined(">=", value, low), Joined("<=", value, high), arg_joiner=" AND ")


class OneOf(Condition):
    """IN a list of expressions."""

    template = "(%(value)s IN (%(expressions)s))"

    def __init__(self, value: Any, *items: Any) -> None:
        super().__init__(value, *items)

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Compiled:
        parts = [compiler.compile(part) for part in self.source_expressions]
        value, *items = [sql for sql, _params in parts]
        return f"({value} IN ({', '.join(items)}))", [item for _sql, params in parts for item in params]


# --- texts --------------------------------------------------------------------------------------------------------


class TextValue(Func):
    """A text literal of type text: alone it would have none."""

    template = "(%(expressions)s)::text"
    output_field = TextField()

    def __init__(self, value: Any) -> None:
        super().__init__(Value(value) if isinstance(value, str) else value)


class ByCode(Func):
    """A text ordered by code point."""

    template = _BY_CODE
    output_field = TextField()


class CaseFolded(Func):
    """Full case folding: ß as ss, ς as σ. PostgreSQL 15 has no function of its own for it.

    The dotless ı, which is no i, stands aside as a character of private use meanwhile.
    """

    template = (
        """(translate(lower(upper(translate((%(expressions)s)::text, 'ẞı', 'ß\ue131') COLLATE "und-x-icu")"""
        """ COLLATE "und-x-icu"), 'ς\ue131', 'σı') COLLATE "C")"""
    )
    output_field = TextField()


class AccentFolded(Func):
    """Without the diacritics of Latin, Greek and Cyrillic; voicing marks of kana are no accents."""

    template = (
        r"(normalize(regexp_replace(normalize((%(expressions)s)::text, NFD), '[\u0300-\u036f]', '', 'g'), NFC)"
        """ COLLATE "C")"""
    )
    output_field = TextField()


# --- numbers ------------------------------------------------------------------------------------------------------


class Exact(Func):
    """A number as numeric: what is computed with it neither overflows nor vanishes."""

    template = "(%(expressions)s)::numeric"
    output_field = DecimalField()


class Computed(Func):
    """Two numerics with an operator between them; division by zero has no value."""

    output_field = DecimalField()
    TEMPLATES: Final = {
        "+": "(%(expressions)s)",
        "-": "(%(expressions)s)",
        "*": "(%(expressions)s)",
        "/": "(%(expressions)s, 0))",
        "%": "(%(expressions)s, 0))",
        "div": "div(%(expressions)s, 0))",
    }
    JOINERS: Final = {
        "+": " + ", "-": " - ", "*": " * ", "/": " / NULLIF(", "%": " %% NULLIF(", "div": ", NULLIF(",
    }  # fmt: skip

    def __init__(self, operator: str, left: Any, right: Any) -> None:
        super().__init__(left, right, template=self.TEMPLATES[operator], arg_joiner=self.JOINERS[operator])


class Power(Func):
    """A power. Without value: zero to a negative power, a root of a negative number, what passes 10^100."""

    template = (
        "(SELECT CASE WHEN v.b = 0 THEN CASE WHEN v.e > 0 THEN 0 WHEN v.e = 0 THEN 1 END"
        " WHEN v.b < 0 AND v.e <> trunc(v.e) THEN NULL"
        " WHEN abs(v.e) <= 1000 AND abs(v.e * ln(NULLIF(abs(v.b), 0))) <= 230 THEN power(v.b, v.e) END"
        " FROM (VALUES (%(expressions)s)) v(b, e))"
    )
    output_field = DecimalField()


# --- times --------------------------------------------------------------------------------------------------------


class Day(Func):
    """A date: a column of dates as it is, a text by its form, without value where it names no day."""

    output_field = DateField()
    TEXT: Final = (
        r"(jsonb_path_query_first(to_jsonb(substring((%s)::text from '^\d{4}-\d{2}-\d{2}$')), '$.datetime()',"
        " '{}', true) #>> '{}')::date"
    )

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Compiled:
        (source,) = self.source_expressions
        sql, params = compiler.compile(source)
        found = source.output_field
        if isinstance(found, DateField) and not isinstance(found, DateTimeField):
            return f"({sql})", list(params)
        return self.TEXT.replace("%s", sql, 1), list(params)


class Moment(Func):
    """A time: a column of times as it is, a text by its form (with its offset), without value where it names none."""

    output_field = DateTimeField()
    TEXT: Final = (
        "(jsonb_path_query_first_tz(to_jsonb(substring(replace(replace((%s)::text, ' ', 'T'), 'Z', '+00:00')"
        r" from '^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?[+-]\d{2}:\d{2}$')), '$.datetime()',"
        " '{}', true) #>> '{}')::timestamptz"
    )

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Compiled:
        (source,) = self.source_expressions
        sql, params = compiler.compile(source)
        if isinstance(source.output_field, DateTimeField):
            return f"({sql})", list(params)
        return self.TEXT.replace("%s", sql, 1), list(params)


class DayStart(Func):
    """The first moment of a day in the city's time."""

    template = "((%(expressions)s)::timestamp AT TIME ZONE '%(zone)s')"
    output_field = DateTimeField()

    def __init__(self, day: Any) -> None:
        super().__init__(day, zone=settings.TIME_ZONE)


class DayEnd(DayStart):
    """The last microsecond of a day in the city's time."""

    template = "(((%(expressions)s)::timestamp + interval '1 day' - interval '1 microsecond') AT TIME ZONE '%(zone)s')"


class Open(Func):
    """The open end of a period, on either side, of type date or timestamptz."""

    output_field = DateTimeField()

    def __init__(self, *, is_start: bool, is_day: bool) -> None:
        sign, kind = "-" if is_start else "", "date" if is_day else "timestamptz"
        super().__init__(template=f"'{sign}infinity'::{kind}")


# --- lists --------------------------------------------------------------------------------------------------------


def _texts_field() -> "ArrayField[Any, Any]":
    return ArrayField(CharField())


class TextsValue(Func):
    """A list of texts as an SQL array."""

    template = "(%(expressions)s)::varchar[]"

    def __init__(self, values: tuple[str, ...]) -> None:
        super().__init__(Value(list(values)), output_field=_texts_field())


class Texts(Func):
    """A list of texts: an SQL array as it is, a JSON array by its items, without value where it is none."""

    JSON: Final = (
        "(SELECT CASE jsonb_typeof(j.v) WHEN 'array' THEN"
        " ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(j.v) WHEN 'array' THEN j.v ELSE '[]' END)) END"
        " FROM (VALUES ((%s)::jsonb)) j(v))::varchar[]"
    )

    def __init__(self, value: Any) -> None:
        super().__init__(value, output_field=_texts_field())

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Compiled:
        (source,) = self.source_expressions
        sql, params = compiler.compile(source)
        if isinstance(source.output_field, ArrayField):
            return f"({sql})", list(params)
        if isinstance(source.output_field, TextField | CharField):
            return "NULL::varchar[]", []
        return self.JSON.replace("%s", sql, 1), list(params)


# --- shapes -------------------------------------------------------------------------------------------------------


class Spatial(Condition):
    """A relation of two geometries; PostGIS finds it by the index of either column.

    A column that may hold any geometry is made fit first, for what is invalid or a collection would stop the statement.
    The index does not see through that, so boxes are compared beside it. With a box everything is fit to intersect.
    """

    FUNCTIONS: Final = {
        "s_intersects": "ST_Intersects", "s_equals": "ST_Equals", "s_disjoint": "ST_Intersects",
        "s_touches": "ST_Touches", "s_within": "ST_Within", "s_overlaps": "ST_Overlaps",
        "s_crosses": "ST_Crosses", "s_contains": "ST_Contains",
    }  # fmt: skip
    _FIT: Final = frozenset({"POINT", "POLYGON", "MULTIPOLYGON"})

    def __init__(self, op: str, left: Any, right: Any, *, is_box: bool = False) -> None:
        super().__init__(left, right)
        self.op = op
        self.takes_all = is_box and op in {"s_intersects", "s_disjoint"}

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Compiled:
        raw, fit = [], []
        for part in self.source_expressions:
            sql, params = compiler.compile(part)
            raw.append((sql, list(params)))
            fit.append((self._fitted(part, sql), list(params)))
        relation = f"{self.FUNCTIONS[self.op]}({fit[0][0]}, {fit[1][0]})"
        if self.op == "s_disjoint":
            return f"(NOT {relation})", [*fit[0][1], *fit[1][1]]
        if fit == raw:
            return f"({relation})", [*fit[0][1], *fit[1][1]]
        meet = f"{raw[0][0]} && {raw[1][0]}"
        return f"({meet} AND {relation})", [*raw[0][1], *raw[1][1], *fit[0][1], *fit[1][1]]

    def _fitted(self, part: Any, sql: str) -> str:
        is_fit = self.takes_all or isinstance(part, Value) or part.output_field.geom_type in self._FIT
        return sql if is_fit else f"ST_CollectionExtract(ST_MakeValid({sql}))"
