"""What a row says about responses: which are expected, and what is checked in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openapi_table.generators.nodes import Node
from openapi_table.operations.model import Answer, Operation
from openapi_table.schemas.views import Schemas, main_type

_REQUIRED_LIMIT = 30  # properties of a response that are checked


def expected(operation: Operation) -> list[str]:
    """Return the statuses that mean success: the declared 2xx, else any 2xx and declared 3xx."""
    declared = [status for status in operation.answers if status[0] == "2"]
    # A HEAD may declare 304 alone, and many documents nothing but failures.
    return declared or ["2XX", *(status for status in operation.answers if status[0] == "3")]


def media_types(operation: Operation, status: str) -> Sequence[str]:
    """Return the media types of a declared response."""
    answer = operation.answers.get(status)
    return answer.types if answer else ()


def row_of_answer(schemas: Schemas, answer: Answer) -> Node:
    """Return what k6 checks in a response: media type, JSON type, required properties."""
    made: Node = {}
    if answer.types:
        made["types"] = list(answer.types)
    if answer.schema is None:
        return made
    view = schemas.flat(answer.schema)
    if view.get("format") == "binary":
        return made
    kind = main_type(view)
    if kind not in {"any", "null"} and "groups" not in view:
        made["is"] = "number" if kind == "integer" else kind
    if "null" in (view.get("types") or []):
        made["nullable"] = True
    required = [f"/{name}" for name in _promised(schemas, view)]
    if kind == "array" and isinstance(view.get("items"), Mapping):
        required = [f"/*/{name}" for name in _promised(schemas, schemas.flat(view["items"]))]
    if required:
        made["required"] = required[:_REQUIRED_LIMIT]
    return made


def _promised(schemas: Schemas, view: Mapping[str, Any]) -> list[str]:
    """Return the properties that every response has, as parts of JSON pointers."""
    properties = view.get("properties", {})
    if "null" in (view.get("types") or []) or main_type(dict(view)) != "object":
        return []
    return [
        name.replace("~", "~0").replace("/", "~1")
        for name in view.get("required", [])
        if isinstance(name, str) and schemas.flat(properties.get(name)).get("writeOnly") is not True
    ]
