"""Operations of our OpenAPI definition, looked up and ready to be shown as a form."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

Schema = dict[str, Any]
METHODS: Final = ("get", "post", "put", "patch", "delete")
#: References into references end here; ours never nest deeper.
_DEEPEST: Final = 8
#: Parameters shown at once.
SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Input:
    """One parameter as a form field. ``kind``: ``enum``, ``boolean``, ``number`` or ``text``; ``place``: path, query
    or header.
    """

    name: str
    place: str
    text: str
    kind: str
    is_required: bool
    is_list: bool
    joins: bool
    choices: tuple[str, ...] = ()
    default: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: a method on an address, with everything that may be sent."""

    identifier: str
    method: str
    path: str
    tag: str
    summary: str
    inputs: tuple[Input, ...]
    medias: tuple[str, ...] = ()
    body: str = ""
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def first_inputs(self) -> list[Input]:
        """What is shown at once: all that is required, and the first ones of the definition."""
        return [*self.required, *self._optional[: SHOWN - len(self.required)]]

    @property
    def more_inputs(self) -> list[Input]:
        """The rest, behind a button."""
        return self._optional[max(0, SHOWN - len(self.required)) :]

    @property
    def required(self) -> list[Input]:
        """Without these nothing can be sent."""
        return [item for item in self.inputs if item.is_required]

    @property
    def _optional(self) -> list[Input]:
        return [item for item in self.inputs if not item.is_required]

    @property
    def writes(self) -> bool:
        """Whether sending it changes data; processes only compute."""
        return self.method != "get" and "/processes/" not in self.path


@dataclass(slots=True)
class Group:
    """Operations of one tag, in the order of the definition."""

    title: str
    operations: list[Operation] = field(default_factory=list)


class Reader:
    """Reads a definition; references are looked up in it."""

    def __init__(self, document: Schema) -> None:
        self.document = document

    def groups(self) -> list[Group]:
        """All operations by tag."""
        titles = {tag["name"]: tag.get("description") or tag["name"] for tag in self.document.get("tags", ())}
        found: dict[str, Group] = {}
        for operation in self.operations():
            title = titles.get(operation.tag, operation.tag)
            found.setdefault(operation.tag, Group(title)).operations.append(operation)
        return list(found.values())

    def operations(self) -> Iterator[Operation]:
        """Every operation of the definition."""
        for path, item in self.document["paths"].items():
            shared = item.get("parameters", [])
            for method in METHODS:
                if method in item:
                    yield self._operation(path, method, item[method], shared)

    def _operation(self, path: str, method: str, given: Schema, shared: list[Schema]) -> Operation:
        body = self._resolved(given.get("requestBody", {})).get("content", {})
        first: Schema = next(iter(body.values()), {})
        return Operation(
            identifier=given.get("operationId") or f"{method} {path}",
            method=method,
            path=path,
            tag=next(iter(given.get("tags", ())), ""),
            summary=given.get("summary", ""),
            inputs=tuple(
                self._input(self._resolved(item)) for item in [*shared, *given.get("parameters", [])]
            ),
            medias=tuple(body),
            body=self._sample(first),
            answers=tuple(
                (status, self._resolved(answer).get("description", ""))
                for status, answer in sorted(given.get("responses", {}).items())
            ),
        )

    def _resolved(self, found: Schema) -> Schema:
        for _depth in range(_DEEPEST):
            if "$ref" not in found:
                break
            target: Any = self.document
            for part in found["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            found = target
        return found

    def _input(self, parameter: Schema) -> Input:
        schema = self._resolved(parameter.get("schema", {}))
        is_list = schema.get("type") == "array"
        one = self._resolved(schema.get("items", {})) if is_list else schema
        return Input(
            name=parameter["name"],
            place=parameter["in"],
            text=parameter.get("description", ""),
            kind=_kind(one),
            is_required=bool(parameter.get("required")),
            is_list=is_list,
            joins=is_list and not parameter.get("explode", parameter.get("style", "form") == "form"),
            choices=tuple(map(str, one.get("enum", ()))),
            default="" if schema.get("default") is None else str(schema["default"]),
            hint=_hint(schema),
        )

    def _sample(self, media: Schema) -> str:
        """A body to begin with: the example of the definition, else its required parts left empty."""
        example = media.get("example")
        if example is None:
            example = next((item.get("value") for item in media.get("examples", {}).values()), None)
        if example is None:
            example = self._empty(self._resolved(media.get("schema", {})))
        return json.dumps(example, ensure_ascii=False, indent=2) if media else ""

    def _empty(self, schema: Schema, depth: int = 0) -> Any:
        """The smallest value a schema may mean."""
        schema = self._resolved(schema)
        for whole in ("default", "example"):
            if whole in schema:
                return schema[whole]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "object" or "properties" in schema:
            names = schema.get("required", list(schema.get("properties", ())))
            known = schema.get("properties", {})
            return (
                {name: self._empty(known.get(name, {}), depth + 1) for name in names}
                if depth < _DEEPEST
                else {}
            )
        return {"array": [], "string": "", "number": 0, "integer": 0, "boolean": False}.get(
            schema.get("type", "")
        )


def _kind(schema: Schema) -> str:
    if schema.get("enum"):
        return "enum"
    return {"boolean": "boolean", "integer": "number", "number": "number"}.get(schema.get("type", ""), "text")


def _hint(schema: Schema) -> str:
    """Bounds of a number, for reading."""
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None and most is None:
        return ""
    return f"{'' if least is None else least}–{'' if most is None else most}"
