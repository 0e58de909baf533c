"""Bodies that are forms: objects whose properties are written as fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openapi_table.generators.builder import Builder
from openapi_table.generators.nodes import Node, Unfillable, resolved
from openapi_table.operations.model import Content
from openapi_table.schemas.views import Schemas
from openapi_table.texts import clean

from .media import concrete

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
        if flat.get("make") == "one":
            flat = flat["of"][0]
        constant = flat.get("const")
        if constant == {}:
            # A form has at least one field, unless the document allows none.
            is_closed = self.schemas.flat(content.schema).get("additionalProperties") is False
            made = {"const": {}} if is_closed else _NOTE
        elif flat.get("make") not in {"object", "map"} and not isinstance(constant, dict):
            raise Unfillable("the body is not an object")
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
