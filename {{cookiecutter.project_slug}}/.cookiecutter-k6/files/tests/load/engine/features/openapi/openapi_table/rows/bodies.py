"""The body of a row: the media types it may be sent as, each with a generator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openapi_table.document import Document, below
from openapi_table.generators.builder import Builder
from openapi_table.generators.nodes import Node, Unfillable, bound, resolved
from openapi_table.generators.uploads import file_node
from openapi_table.links.linker import Linker
from openapi_table.operations.model import Body, Content, Operation
from openapi_table.schemas.views import Schemas, main_type
from openapi_table.texts import clean

from .forms import FormMaker
from .media import BODY_KINDS, concrete, kind_of_body
from .parameters import first_of


class BodyMaker:
    """Makes the bodies of rows."""

    def __init__(
        self, document: Document, schemas: Schemas, builder: Builder, linker: Linker
    ) -> None:
        """Take what bodies are made from."""
        self.document = document
        self.schemas = schemas
        self.builder = builder
        self.linker = linker
        self.forms = FormMaker(schemas, builder)

    def body(self, operation: Operation, body: Body, values: Mapping[str, Any]) -> Node | None:
        """Return the body of an operation's row, None for an optional one that cannot be made.

        values: the user's own; `body` replaces the whole. Raises Unfillable for a required body.
        """
        types: list[Node] = []
        reasons: list[str] = []
        for content in body.contents:
            try:
                types.append(self._content(operation, content))
            except Unfillable as reason:
                reasons.append(f"{content.type}: {reason}")
        types.sort(key=lambda entry: BODY_KINDS.index(entry["kind"]))
        if types:
            return {**({"required": True} if body.required else {}), "types": types}
        if "body" in values:
            own = {"const": first_of(values["body"])}
            return {"types": [{"type": "application/json", "kind": "json", "gen": own}]}
        why = "; ".join(reasons)
        if body.required:
            raise Unfillable(f"body: {why}")
        at = below(operation.at, "requestBody")
        self.document.note(at, f"this optional body is never sent: {why}")
        return None

    def _content(self, operation: Operation, content: Content) -> Node:
        """Return how a body is sent as one media type. Raises Unfillable."""
        kind = kind_of_body(content.type)
        media = concrete(clean(content.type.split(";")[0].strip()))
        if kind is None:
            return self._other(media, content)
        if kind == "binary":
            return {"type": media, "kind": kind, "gen": file_node(media.partition("/")[2], media)}
        made = self.builder.node(content.schema, "", content.examples, files=kind == "multipart")
        made = self._with_own_id(operation, content, made)
        media = media if "*" not in media else "application/json"
        if kind in {"form", "multipart"}:
            return {"type": media, "kind": kind, **self.forms.form(content, made)}
        if kind == "text" and self._is_structured(made):
            raise Unfillable("a text body needs a string schema")
        return {"type": media, "kind": kind, "gen": made}

    def _other(self, media: str, content: Content) -> Node:
        """Return a body of any other type: a documented text, or what a string schema allows."""
        view = self.schemas.flat(content.schema)
        examples = [*content.examples, view.get("example")]
        texts = [value for value in examples if isinstance(value, str) and value]
        if texts:
            return {"type": media, "kind": "text", "gen": {"const": texts[0]}}
        if main_type(view) != "string" or "xml" in media.lower():
            raise Unfillable("bodies of this media type are not supported")
        made = self.builder.node(content.schema, "body", files=True)
        kind = "binary" if made.get("make") == "file" else "text"
        return {"type": media, "kind": kind, "gen": made}

    def _is_structured(self, made: Node) -> bool:
        flat = resolved(made, self.builder.shared)
        structured = {"object", "map", "array", "tuple", "one"}
        return flat.get("make") in structured or isinstance(flat.get("const"), (dict, list))

    def _with_own_id(self, operation: Operation, content: Content, made: Node) -> Node:
        """Return the body of an update with its id bound, where the path holds none."""
        slot = self.linker.own_slot(operation) if operation.method in {"PUT", "PATCH"} else None
        flat = resolved(made, self.builder.shared)
        if slot is None or flat.get("make") != "object":
            return made
        places = (give.places[0] for give in slot.gives)
        name = next((place for place in places if place.startswith("/")), "").rpartition("/")[2]
        inner = {**flat.get("required", {}), **flat.get("optional", {})}.get(name)
        if inner is None or "bind" in inner:
            return made
        optional = {key: value for key, value in flat.get("optional", {}).items() if key != name}
        view = self.schemas.flat(content.schema).get("properties", {}).get(name)
        own = bound(slot.name, inner, self.schemas.flat(view))
        required = {**flat.get("required", {}), name: own}
        return {**flat, "required": required, **({"optional": optional} if optional else {})}
