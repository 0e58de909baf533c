"""Which values of a request name what it changes: they must be ids that the run itself created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_table.generators.nodes import Node, resolved
from openapi_table.operations.model import Operation
from openapi_table.schemas.views import Schemas

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})


def targets_of(
    row: Mapping[str, Any], operation: Operation, schemas: Schemas, shared: Mapping[str, Node]
) -> dict[str, str]:
    """Return the values that name what an operation changes, each with its slot.

    The slot is "" if no operation gives the value: only the user can. Keys are those of `values` in
    the overrides. An enum in the path of a POST names a kind of thing.
    """
    kinds = _kinds(operation, schemas)
    found: dict[str, str] = {}
    listed = row.get("params", [])
    for parameter in listed:
        if parameter["in"] == "path" and parameter["name"] not in kinds:
            found[f"path.{parameter['name']}"] = parameter["gen"].get("bind", "")
    if any(parameter["in"] == "path" for parameter in listed) or row["role"] == "create":
        return found
    for parameter in listed:
        if "bind" in parameter["gen"] and not parameter.get("optional"):
            found[f"{parameter['in']}.{parameter['name']}"] = parameter["gen"]["bind"]
    for entry in row.get("body", {}).get("types", [])[:1]:
        for name, slot in _required(entry["gen"], shared):
            found[f"body.{name}"] = slot
    return found


def _kinds(operation: Operation, schemas: Schemas) -> set[str]:
    if operation.method != "POST":
        return set()
    return {
        parameter.name
        for parameter in operation.parameters
        if schemas.flat(parameter.schema).keys() & {"enum", "const"}
    }


def _required(made: Node, shared: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """Yield the required properties of a body that hold an id, with their slots."""
    for name, inner in resolved(made, shared).get("required", {}).items():
        if "bind" in inner:
            yield name, inner["bind"]
