"""Makes the row of an operation from its parameters, body, responses and links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openapi_table.document import MALFORMED, Document
from openapi_table.generators.builder import Builder
from openapi_table.generators.nodes import Unfillable, slots_of
from openapi_table.links.linker import Linker
from openapi_table.operations.model import Operation
from openapi_table.schemas.views import Schemas
from openapi_table.texts import clean, label

from .answers import expected, row_of_answer
from .bodies import BodyMaker
from .dangers import danger_of
from .parameters import ParameterMaker
from .targets import SAFE, targets_of

Row = dict[str, Any]


class RowMaker:
    """Makes the rows of a document's operations."""

    def __init__(
        self, document: Document, schemas: Schemas, builder: Builder, linker: Linker
    ) -> None:
        """Take what the rows are made from."""
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

    def _guard(self, row: Row, operation: Operation) -> None:
        """Add the harm that the operation may do, and which ids must be of the run's own making."""
        targets = (
            {}
            if operation.method in SAFE
            else targets_of(row, operation, self.schemas, self.builder.shared)
        )
        if targets:
            row["targets"] = targets
        names_own = any(not key.startswith("path.") for key in targets)
        danger = danger_of(operation, names_own=names_own)
        if danger:
            row["danger"] = danger

    def _link(self, row: Row, operation: Operation) -> None:
        """Add which ids the operation gives and needs, and which operation undoes it."""
        gives = self.linker.gives(operation)
        if gives:
            row["gives"] = gives
        needs: dict[str, list[str]] = {}
        sent = [row.get("params", []), row.get("body", {})]
        for slot in dict.fromkeys(slots_of(sent, self.builder.shared)):
            givers = [name for name in self.linker.givers(slot) if name != operation.name]
            if givers:
                needs[slot] = givers
        if needs:
            row["needs"] = needs
        undo = self.linker.undo(operation) if gives and row["role"] == "create" else None
        if undo:
            row["undo"] = undo


def _skipped(row: Row, reason: str) -> Row:
    kept = ("name", "method", "url", "id", "tags", "journey", "role")
    return {key: row[key] for key in kept if key in row} | {"skip": clean(reason)}


def journey_of(operation: Operation) -> str:
    """Return the journey of an operation: its first tag, else the first word of its path."""
    if operation.tags and operation.tags[0]:
        return label(operation.tags[0])
    words = [part for part in operation.path.split("/") if part and "{" not in part]
    return label(words[0]) if words else "root"
