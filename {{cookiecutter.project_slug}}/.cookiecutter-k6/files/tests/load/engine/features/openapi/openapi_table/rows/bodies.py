"""The body of a row: the media types it may be sent as, each with a generator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openapi_table.document import Document, below
from openapi_table.generators.builder import Builder
from openapi_table.generators.nodes import Node, Unfillable, bound, resolved
from openapi_table.generators.strings import file_node
from openapi_table.links.linker import Linker
from openapi_table.operations.model import Body, Content, Operation
from openapi_table.schemas.views import Schemas, main_type
from openapi_table.texts import clean

from .parameters import first_of

# How bodies are sent, the preferred way first.
BODY_KINDS = ("json", "form", "multipart", "text", "binary")
# Media type ranges -> the type that is sent.
_RANGES = {
    "*/*": "application/json",
    "application/*": "application/json",
    "text/*": "text/plain",
    "multipart/*": "multipart/form-data",
    "image/*": "image/png",
    "audio/*": "audio/mpeg",
    "video/*": "video/mp4",
}
_BINARY = {"application/octet-stream", "application/pdf", "application/zip"}


def kind_of_body(media_type: str) -> str | None:
    """Return how a body of a media type is sent, None when there is no rule for it.

    >>> kind_of_body("application/merge-patch+json; charset=utf-8")
    'json'
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind in {"*/*", "application/*"} or "json" in kind:
        return "json"
    if kind == "application/x-www-form-urlencoded":
        return "form"
    if kind.startswith("multipart/"):
        return "multipart"
    if kind.startswith("text/") and "xml" not in kind:
        return "text"
    if kind.startswith(("image/", "audio/", "video/")) or kind in _BINARY:
        return "binary"
    return None


def concrete(media_type: str) -> str:
    """Return the media type to send for a range such as `text/*`; others unchanged.

    >>> concrete("image/*")
    'image/png'
    """
    return _RANGES.get(media_type.lower(), media_type)


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


_NOTE: Node = {
    "make": "object",
    "required": {"note": {"make": "text", "min": 8, "max": 16}},
}


class FormMaker:
    """Makes forms from the generators of their schemas."""

    def __init__(self, schemas: Schemas, builder: Builder) -> None:
        """Take what forms are made from."""
        self.schemas = schemas
        self.builder = builder

    def form(self, content: Content, made: Node) -> Node:
        """Return `gen`, the generator of a form, and `fields` for those sent in their own way.

        made: the generator of the schema. Raises Unfillable when it makes no objects.
        """
        made = self._objects_only(made)
        made = self._longer_lists(self._without_lists(content, made))
        flat = self._resolved(made)
        if flat.get("make") == "file":
            return {"gen": {"make": "object", "required": {"file": made}}}  # the body is the file
        ways = flat["of"] if flat.get("make") == "one" else [flat]
        if not any(self._is_object(way) for way in ways):
            if {"const": {}} not in ways:
                raise Unfillable("the body is not an object")
            # A form has at least one field, unless the document allows none.
            is_closed = self.schemas.flat(content.schema).get("additionalProperties") is False
            made = {"const": {}} if is_closed else _NOTE
        fields = {}
        for name, encoding in content.encoding.items():
            field = _field(encoding) if isinstance(encoding, Mapping) else {}
            if field:
                fields[str(name)] = field
        return {"gen": made, **({"fields": fields} if fields else {})}

    def _resolved(self, made: Node) -> Node:
        return resolved(made, self.builder.shared)

    def _objects_only(self, made: Node) -> Node:
        """Return the generator without the alternatives that are no objects."""
        flat = self._resolved(made)
        ways = [{"const": value} for value in flat["pick"]] if "pick" in flat else []
        ways = flat["of"] if flat.get("make") == "one" else ways
        kept = [way for way in ways if self._is_object(way)]
        if not kept:
            return made
        return kept[0] if len(kept) == 1 else {"make": "one", "of": kept}

    def _is_object(self, made: Node) -> bool:
        flat = self._resolved(made)
        if "const" in flat:
            return isinstance(flat["const"], dict) and bool(flat["const"])
        return flat.get("make") in {"object", "map"}

    def _without_lists(self, content: Content, made: Node) -> Node:
        """Return the generator without optional arrays whose notation the document leaves open.

        Services and validators disagree on how an array is written in a form.
        """
        flat = self._resolved(made)
        if flat.get("make") == "one":
            return {
                "make": "one",
                "of": [self._without_lists(content, node) for node in flat["of"]],
            }
        if isinstance(flat.get("const"), dict):
            fields = {name: {"const": value} for name, value in flat["const"].items()}
            flat = {"make": "object", "required": fields}
        kept = {*self.schemas.flat(content.schema).get("required", []), *content.encoding}
        parts = [part for part in ("required", "optional") if part in flat]
        changed = dict(flat)
        for part in parts if flat.get("make") == "object" else ():
            changed[part] = {
                name: node
                for name, node in flat[part].items()
                if name in kept or not _is_list(node)
            }
        same = changed == flat or not any(changed[part] for part in parts)
        return made if same or not self.builder.fits(changed, content.schema) else changed

    def _longer_lists(self, made: Node) -> Node:
        """Return the generator with at least two items per array, where that is allowed.

        In a form, an array of one item looks like a plain value.
        """
        flat = self._resolved(made)
        changed: dict[str, Node] = {}
        for part in ("required", "optional"):
            fields = flat.get(part, {}) if flat.get("make") == "object" else {}
            lists = {
                name: {**node, "min": 2}
                for name, node in fields.items()
                if node.get("make") == "array" and node.get("min", 0) < 2 <= node.get("max", 0)
            }
            if lists:
                changed[part] = {**fields, **lists}
        return {**flat, **changed} if changed else made


def _field(encoding: Mapping[str, Any]) -> Node:
    """Return how one field is sent: style, explode, media type."""
    field: Node = {}
    if isinstance(encoding.get("style"), str):
        field["style"] = encoding["style"]
    if isinstance(encoding.get("explode"), bool):
        field["explode"] = encoding["explode"]
    if isinstance(encoding.get("contentType"), str):
        media = clean(encoding["contentType"].split(",")[0].strip())
        # A range of any type leaves the choice to the value.
        if media not in {"*/*", "application/*"}:
            field["type"] = concrete(media)
    return field


def _is_list(made: Node) -> bool:
    """Tell whether a generator makes an array, other than one of files."""
    items = made.get("items", [])
    if isinstance(items, list):
        files = any(item.get("make") == "file" for item in items)
        return not files and (made.get("make") == "tuple" or isinstance(made.get("const"), list))
    return made.get("make") == "array"
