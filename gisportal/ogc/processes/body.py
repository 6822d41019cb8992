"""The body of an execution request, read and checked against the process description (OGC 18-062r2, 7.11)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError, best_match  # type: ignore[import-untyped]

from gisportal.ogc.processes.process import Process
from layers.errors import ParameterError

#: Bytes of a body; searches hold a polygon of 1,000 corners at most.
MOST_BYTES: Final = 200_000
#: Lists and objects within one another.
MOST_DEPTH: Final = 20
_KNOWN: Final = ("inputs", "outputs", "response")
_NOT_OFFERED: Final = ("subscriber", "mode", "transmissionMode")


class Unusable(Exception):
    """A body that cannot be read at all. ``status``: 413 or 415."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True, slots=True, repr=False)
class Execution:
    """What is asked of a process. ``response``: ``raw``, the value alone, or ``document``, by the output's name."""

    inputs: Mapping[str, Any]
    response: str


@sensitive_variables()
def read_execution(request: HttpRequest, process: Process) -> Execution:
    """Read a request. Raises :class:`Unusable`, or :class:`ParameterError` naming what is wrong."""
    found = _loaded(request)
    if not isinstance(found, dict):
        raise ParameterError("inputs", _("A JSON object with inputs is wanted."))
    for key in found:
        if key in _NOT_OFFERED:
            raise ParameterError(key, _("This is not offered here."))
        if key not in _KNOWN:
            raise ParameterError(
                _name(key), _("Unknown member. Known are: %(known)s.") % {"known": ", ".join(_KNOWN)}
            )
    _check_outputs(found.get("outputs", {}), process)
    response = found.get("response", "raw")
    if response not in ("raw", "document"):
        raise ParameterError("response", _("Must be one of: %(known)s.") % {"known": "raw, document"})
    return Execution(checked_inputs(found.get("inputs", {}), process), response)


def _loaded(request: HttpRequest) -> Any:
    kind = (request.content_type or "").lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Unusable(415, _("Send the inputs as application/json."))
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Unusable(413, _("At most %(most)d bytes.") % {"most": MOST_BYTES})
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ParameterError("inputs", _("The body is not JSON.")) from error
    _check_plain(found, 0)
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _check_plain(value: Any, depth: int) -> None:
    """Refuse what no input can hold: deep nesting, NUL, halves of characters, numbers beyond all bounds."""
    if depth > MOST_DEPTH:
        raise ParameterError("inputs", _("Nested too deeply."))
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ParameterError("inputs", _("Holds a character that cannot be used."))
    elif isinstance(value, float) and not abs(value) < 1e300:
        raise ParameterError("inputs", _("Holds a number that cannot be used."))
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_plain(key, depth + 1)
            _check_plain(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_plain(inner, depth + 1)


def _check_outputs(given: Any, process: Process) -> None:
    if not isinstance(given, dict):
        raise ParameterError("outputs", _("Must be an object by the names of outputs."))
    for key, wish in given.items():
        if key != process.output.key:
            raise ParameterError(
                f"outputs.{_name(key)}", _("The output is called %(known)s.") % {"known": process.output.key}
            )
        if isinstance(wish, dict) and wish.get("transmissionMode", "value") != "value":
            raise ParameterError(f"outputs.{key}", _("Outputs are sent as values only."))


@sensitive_variables()
def checked_inputs(given: Any, process: Process) -> dict[str, Any]:
    """Inputs that are known, complete and of their kind. Raises :class:`ParameterError` naming the input."""
    if not isinstance(given, dict):
        raise ParameterError("inputs", _("Must be an object by the names of inputs."))
    for key in given:
        if key not in process.inputs:
            known = ", ".join(process.inputs)
            raise ParameterError(
                f"inputs.{_name(key)}", _("Unknown input. Known are: %(known)s.") % {"known": known}
            )
    found = {key: _plain(key, value) for key, value in given.items()}
    for key, item in process.inputs.items():
        if item.is_required and key not in found:
            raise ParameterError(f"inputs.{key}", _("This input is wanted."))
        if key in found and (wrong := best_match(Draft202012Validator(item.schema).iter_errors(found[key]))):
            raise ParameterError(
                _path(key, wrong), _("Does not fit its description: %(rule)s.") % {"rule": _rule(wrong)}
            )
        if key in found and item.schema.get("type") == "integer":
            # To JSON Schema 5.0 is a whole number too.
            found[key] = int(found[key])
    return found


def _plain(key: str, value: Any) -> Any:
    """A value given qualified (``{"value": …}``) as itself; a link is refused: nothing is fetched from elsewhere."""
    if isinstance(value, dict) and "href" in value:
        raise ParameterError(
            f"inputs.{key}", _("Inputs are sent as values; nothing is fetched from elsewhere.")
        )
    if (
        isinstance(value, dict)
        and "value" in value
        and set(value) <= {"value", "mediaType", "schema", "format"}
    ):
        return value["value"]
    return value


def _path(key: str, wrong: ValidationError) -> str:
    return ".".join(["inputs", key, *(_name(str(part)) for part in wrong.absolute_path)])


def _rule(wrong: ValidationError) -> str:
    """The rule that is broken, without the value that broke it: that may be an address."""
    rule = wrong.validator_value
    if isinstance(rule, dict) or (isinstance(rule, list) and any(isinstance(part, dict) for part in rule)):
        return str(wrong.validator)
    return f"{wrong.validator} = {json.dumps(rule, ensure_ascii=False)}"


def _name(key: str) -> str:
    """A name somebody typed, short enough to be repeated to him."""
    return key[:60]
