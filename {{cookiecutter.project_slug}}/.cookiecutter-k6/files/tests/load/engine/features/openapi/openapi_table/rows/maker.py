"""Makes the row of an operation from its parameters, body, responses and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openapi_table.document import MALFORMED, Document
from openapi_table.generators.builder import Builder
from openapi_table.generators.containers import ordered_pairs
from openapi_table.generators.nodes import Node, Unfillable, slots_of
from openapi_table.links.linker import Linker
from openapi_table.operations.answers import expected
from openapi_table.operations.model import SAFE, Answer, Operation
from openapi_table.schemas.views import Schemas, main_type
from openapi_table.texts import label, printable, shown

from .bodies import BodyMaker
from .credentials import credentials_of
from .dangers import danger_of, targets_of
from .parameters import ParameterMaker

Row = dict[str, Any]

_REASON = 200  # characters of a reason


class RowMaker:
    """Makes the rows of a document's operations."""

    def __init__(
        self, document: Document, schemas: Schemas, builder: Builder, linker: Linker
    ) -> None:
        """Take what the rows are made from."""
        self.document = document
        self.schemas = schemas
        self.builder = builder
        self.linker = linker
        self.parameters = ParameterMaker(document, schemas, builder, linker)
        self.bodies = BodyMaker(document, schemas, builder, linker)

    def row(self, operation: Operation, values: Mapping[str, Any]) -> Row:
        """Return the row of an operation; one that cannot be sent has a `skip` with the reason.

        values: the user's own values by `<place>.<name>`, for which no generator is needed.
        """
        row: Row = {"name": operation.name, "method": operation.method, "url": list(operation.url)}
        if operation.id:
            row["id"] = operation.id
        if operation.base is not None:
            row["base"] = operation.base
        if operation.tags:
            row["tags"] = list(operation.tags)
        row["journey"] = journey_of(operation)
        row["role"] = self.linker.role(operation)
        self.builder.replaced.clear()
        try:
            self._fill(row, operation, values)
        except Unfillable as reason:
            return _skipped(row, str(reason))
        except MALFORMED:
            return _skipped(row, f"the schema is malformed: {operation.at}")
        return row

    def _fill(self, row: Row, operation: Operation, values: Mapping[str, Any]) -> None:
        parameters, left = self.parameters.listed(operation, values)
        if parameters:
            row["params"] = parameters
        ordered = _ordered(parameters)
        if ordered:
            row["ordered"] = ordered
        if left:
            row["left"] = left
        if operation.body is not None:
            body = self.bodies.body(operation, operation.body, values)
            if body:
                row["body"] = body
        if operation.auth:
            row["auth"] = [list(way) for way in operation.auth]
        row["ok"] = expected(operation)
        if operation.answers:
            row["responses"] = {
                status: row_of_answer(self.schemas, answer)
                for status, answer in operation.answers.items()
            }
        self._link(row, operation)
        self._guard(row, operation)
        for value in self.builder.replaced:
            what = (
                f"an example beyond 2^53, which JavaScript cannot represent, is not sent: {value}"
            )
            self.document.note(operation.at, shown(what))

    def _guard(self, row: Row, operation: Operation) -> None:
        """Add the harm that the operation may do, and which ids must be of the run's own making."""
        is_safe = operation.method in SAFE
        targets = targets_of(row, operation, self.schemas, self.builder.shared)
        names_own = not is_safe and any(not key.startswith("path.") for key in targets)
        danger = danger_of(operation, names_own=names_own)
        if danger:
            row["danger"] = danger
        credentials = credentials_of(row, operation, self.schemas, self.builder.shared)
        if credentials:
            row["credentials"] = credentials
        # What is read may be anybody's, unless reading does harm: `GET /items/{id}/delete`.
        if targets and (danger or not is_safe):
            row["targets"] = targets

    def _link(self, row: Row, operation: Operation) -> None:
        """Add which ids the operation gives and needs, and which operation undoes it."""
        gives = self.linker.gives(operation)
        if gives:
            row["gives"] = gives
        needs: dict[str, list[str]] = {}
        sent = [*row.get("params", []), *row.get("body", {}).get("types", [])]
        made = [part.get("gen") for part in sent]
        for slot in dict.fromkeys(slots_of(made, self.builder.shared)):
            givers = [name for name in self.linker.givers(slot) if name != operation.name]
            if givers:
                needs[slot] = givers
        if needs:
            row["needs"] = needs
        undo = self.linker.undo(operation) if gives and row["role"] == "create" else None
        if undo:
            row["undo"] = undo


def _ordered(parameters: Sequence[Node]) -> list[list[int]]:
    """Return the indexes of parameters of which the first must not be greater than the second."""
    index = {item["name"]: at for at, item in enumerate(parameters)}
    pairs = ordered_pairs({item["name"]: item["gen"] for item in parameters})
    return [[index[first], index[last]] for first, last in pairs]


def _skipped(row: Row, reason: str) -> Row:
    kept = ("name", "method", "url", "id", "tags", "journey", "role")
    return {key: row[key] for key in kept if key in row} | {"skip": printable(reason)[:_REASON]}


def journey_of(operation: Operation) -> str:
    """Return the journey of an operation: its first tag, else the first word of its path."""
    if operation.tags and operation.tags[0]:
        return label(operation.tags[0])
    words = [part for part in operation.path.split("/") if part and "{" not in part]
    return label(words[0]) if words else "root"


_REQUIRED_LIMIT = 30  # properties of a response that are checked


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


def in_order(rows: Sequence[Row], order: Sequence[str]) -> list[Row]:
    """Return the rows grouped by journey; journeys that give ids come first where possible.

    order: the names of all operations, in the order within a journey.
    """
    place = {name: index for index, name in enumerate(order)}
    journeys: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: place[row["name"]]):
        journeys.setdefault(row["journey"], []).append(row)
    before = _dependencies(rows, journeys)
    done: dict[str, list[Row]] = {}
    while len(done) < len(journeys):
        left = [name for name in journeys if name not in done]
        ready = [name for name in left if before[name] <= done.keys()]
        name = (ready or left)[0]
        done[name] = journeys[name]
    return [row for listed in done.values() for row in listed]


def _dependencies(rows: Sequence[Row], journeys: dict[str, list[Row]]) -> dict[str, set[str]]:
    """Return for each journey the other ones that give it ids."""
    home = {row["name"]: row["journey"] for row in rows}
    before: dict[str, set[str]] = {name: set() for name in journeys}
    for row in rows:
        for givers in row.get("needs", {}).values():
            homes = [home[name] for name in givers if name in home]
            if homes and row["journey"] not in homes:
                before[row["journey"]].add(homes[0])
    return before
