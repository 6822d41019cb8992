"""The OpenAPI definition judged by the schema of OpenAPI 3.0."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema

from tests.conformance.service import need


@cache
def rules() -> Any:
    """OpenAPI 3.0 as JSON Schema."""
    return json.loads((files("pygeoapi") / "schemas/openapi/openapi-3.0.x.json").read_text())


def check_definition(document: Any) -> None:
    """A valid definition whose operations have names of their own."""
    wrong = next(iter(jsonschema.Draft4Validator(rules()).iter_errors(document)), None)
    need(wrong is None, "the definition is no OpenAPI 3.0:", wrong and wrong.json_path)
    names = [
        operation["operationId"]
        for operations in document["paths"].values()
        for method, operation in operations.items()
        if method in {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
    ]
    need(len(names) == len(set(names)), "names of operations repeat")
