"""The rows of the table: one for each operation, with all that k6 needs to send it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .document import MALFORMED, below
from .generators import Builder, Unfillable, bound, file_node, slots_of
from .links import Linker
from .operations import (
    OWN_HEADERS,
    SAFE_METHODS,
    Answer,
    Body,
    Content,
    Operation,
    Parameter,
    Reader,
    clean,
    label,
    placeholder,
)
from .sampling import Node
from .schemas import Schemas, main_type

Row = dict[str, Any]

_SAFE = 2**53 - 1  # JavaScript's largest whole number
_REQUIRED_LIMIT = 30  # fields of an answer that are checked
# What is sent where any type of a kind will do.
_RANGES = {
    "*/*": "application/json",
    "application/*": "application/json",
    "text/*": "text/plain",
    "multipart/*": "multipart/form-data",
    "image/*": "image/png",
    "audio/*": "audio/mpeg",
    "video/*": "video/mp4",
}
_KIND_ORDER = ("json", "form", "multipart", "text", "binary")


def kind_of_body(media_type: str) -> str | None:
    """Return how a body of a media type is sent, None when it cannot be made.

    >>> kind_of_body("application/merge-patch+json; charset=utf-8")
    'json'
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind in {"*/*", "application/*"} or kind.endswith(("/json", "+json")) or "json" in kind:
        return "json"
    if kind == "application/x-www-form-urlencoded":
        return "form"
    if kind.startswith("multipart/"):
        return "multipart"
    if kind.startswith("text/") and "xml" not in kind:
        return "text"
    if kind.startswith(("image/", "audio/", "video/")) or kind in {
        "application/octet-stream",
        "application/pdf",
        "application/zip",
    }:
        return "binary"
    return None


class RowMaker:
    """Makes the rows of a document's operations."""

    def __init__(self, reader: Reader, schemas: Schemas, builder: Builder, linker: Linker) -> None:
        """Take what the rows are made from."""
        self.reader = reader
        self.document = reader.document
        self.schemas = schemas
        self.builder = builder
        self.linker = linker

    def row(self, operation: Operation, values: Mapping[str, Any]) -> Row:
        """Return the row of an operation; one that cannot be filled has a `skip` with the reason.

        values: the user's own values by `<place>.<name>`; what they give need not be generated.
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
        parameters, left = self._parameters(operation, values)
        if parameters:
            row["params"] = parameters
        if left:
            row["left"] = left
        if operation.body is not None:
            body = self._body(operation, operation.body, values)
            if body:
                row["body"] = body
        if operation.auth:
            row["auth"] = [list(way) for way in operation.auth]
        row["ok"] = _expected(operation)
        answers = {status: self._answer(answer) for status, answer in operation.answers.items()}
        if answers:
            row["responses"] = answers
        gives = self.linker.gives(operation)
        if gives:
            row["gives"] = gives
        needs = dict.fromkeys(
            slots_of([row.get("params", []), row.get("body", {})], self.builder.shared)
        )
        needed = {
            slot: [name for name in self.linker.givers(slot) if name != operation.name]
            for slot in needs
        }
        if any(needed.values()):
            row["needs"] = {slot: givers for slot, givers in needed.items() if givers}
        undo = self.linker.undo(operation) if gives and row["role"] == "create" else None
        if undo:
            row["undo"] = undo

    # --- parameters -----------------------------------------------------------------------------

    def _parameters(
        self, operation: Operation, values: Mapping[str, Any]
    ) -> tuple[list[Node], list[str]]:
        listed: list[Node] = []
        left: list[str] = []
        for parameter in operation.parameters:
            key = f"{parameter.place}.{parameter.name}"
            try:
                made = self._parameter(operation, parameter)
            except Unfillable as reason:
                if key in values:
                    made = {
                        "const": values[key][0]
                        if isinstance(values[key], list) and values[key]
                        else values[key]
                    }
                elif parameter.required:
                    what = f"{parameter.place} parameter {parameter.name}"
                    raise Unfillable(f"{what}: {reason}") from None
                else:
                    self.document.note(operation.at, f"optional {key} is never sent: {reason}")
                    left.append(clean(key))
                    continue
            if parameter.place == "header" and parameter.name.lower() in OWN_HEADERS:
                # What the test writes itself, unless the document says what to write.
                if made.keys() & {"const", "pick"}:
                    made = self._acceptable(operation, parameter, made)
                    listed.append(_described(parameter, made))
                elif parameter.name.lower() == "user-agent":
                    self.document.note(operation.at, "the header User-Agent is left to k6")
                continue
            if not parameter.required and (parameter.deprecated or not worth_sending(made)):
                left.append(clean(key))
                continue
            listed.append(_described(parameter, made))
        return listed, left

    def _acceptable(self, operation: Operation, parameter: Parameter, made: Node) -> Node:
        """Return the generator of an Accept header with the declared types behind its own."""
        pinned = self.schemas.flat(parameter.schema).keys() & {"enum", "const", "patterns"}
        if parameter.name.lower() != "accept" or pinned or not isinstance(made.get("const"), str):
            return made
        types = [kind for status in _expected(operation) for kind in _types(operation, status)]
        values = dict.fromkeys([made["const"], *types])
        return {"const": ", ".join(values)}

    def _parameter(self, operation: Operation, parameter: Parameter) -> Node:
        examples = [
            value
            for value in parameter.examples
            if _usable(parameter, value) and not placeholder(value)
        ]
        schema = self._not_empty(parameter) if parameter.place == "path" else parameter.schema
        large = self._large(parameter, examples)
        made = large or self.builder.node(
            schema, "" if parameter.place == "path" else parameter.name, examples
        )
        if parameter.place == "path":
            made = self._path_value(made, parameter)
        slot = self.linker.parameter_slot(operation, parameter)
        if slot is None or operation.name in self.linker.givers(slot)[:1] or "bind" in made:
            return made
        return bound(slot, made, self.schemas.flat(parameter.schema), as_text=True)

    def _large(self, parameter: Parameter, examples: Sequence[Any]) -> Node | None:
        """Return a generator of whole numbers that JavaScript cannot hold, written as texts."""
        view = self.schemas.flat(parameter.schema)
        if parameter.json or main_type(view) != "integer":
            return None
        documented = [*examples, view.get("example"), view.get("const")]
        texts = [
            str(value)
            for value in [*documented, *view.get("enum", [])[:99]]
            if isinstance(value, int)
            and abs(value) > _SAFE
            and self.builder.checker.valid(value, parameter.schema)
        ]
        if not texts or any(isinstance(value, int) and abs(value) <= _SAFE for value in documented):
            return None
        return {"const": texts[0]} if len(texts) == 1 else {"pick": texts[:20]}

    def _not_empty(self, parameter: Parameter) -> Any:
        """Return the schema of a path parameter without values that would make another path."""
        view = self.schemas.flat(parameter.schema)
        rules: dict[str, Any] = {}
        if "patterns" in view or view.get("maxLength") == 0:
            rules = {"minLength": 1, "not": {"enum": [".", ".."]}}
        if view.get("maxItems") == 0:
            rules = {"minItems": 1}
        return {"allOf": [parameter.schema, rules]} if rules else parameter.schema

    def _path_value(self, made: Node, parameter: Parameter) -> Node:
        """Leave out values that would make another path: empty ones and dots."""
        bare = made.get("else", made)
        values = bare["pick"] if "pick" in bare else [bare["const"]] if "const" in bare else None
        if values is None:
            return made
        usable = [value for value in values if _usable(parameter, value)]
        if not usable:
            bare_schema = (
                {"type": "string", "minLength": 4}
                if isinstance(values[0], str)
                else {"type": "integer"}
            )
            raise Unfillable(
                f"{json.dumps(values[0])[:40]} cannot stand in a path ({bare_schema['type']})"
            )
        return {"const": usable[0]} if len(usable) == 1 else {"pick": usable}

    # --- bodies ---------------------------------------------------------------------------------

    def _body(self, operation: Operation, body: Body, values: Mapping[str, Any]) -> Node | None:
        types: list[Node] = []
        reasons: list[str] = []
        for content in body.contents:
            kind = kind_of_body(content.type)
            try:
                types.append(self._content(operation, content, kind))
            except Unfillable as reason:
                reasons.append(f"{content.type}: {reason}")
        types.sort(key=lambda entry: _KIND_ORDER.index(entry["kind"]))
        if types:
            return {**({"required": True} if body.required else {}), "types": types}
        why = "; ".join(reasons)
        if "body" in values:
            given = (
                values["body"][0]
                if isinstance(values["body"], list) and values["body"]
                else values["body"]
            )
            return {
                "types": [{"type": "application/json", "kind": "json", "gen": {"const": given}}]
            }
        if body.required:
            raise Unfillable(f"body: {why}")
        self.document.note(
            below(operation.at, "requestBody"), f"this optional body is never sent: {why}"
        )
        return None

    def _content(self, operation: Operation, content: Content, kind: str | None) -> Node:
        media = clean(content.type.split(";")[0].strip())
        media = _RANGES.get(media.lower(), media)
        if kind is None:
            return self._unknown(media, content)
        if kind == "binary":
            return {"type": media, "kind": kind, "gen": file_node(media.partition("/")[2], media)}
        made = self.builder.node(content.schema, "", content.examples, files=kind == "multipart")
        made = self._own_id(operation, content, made)
        entry: Node = {
            "type": media if "*" not in media else "application/json",
            "kind": kind,
            "gen": made,
        }
        if kind in {"form", "multipart"}:
            self._form(entry, content, made)
        elif kind == "text":
            self._text(entry)
        return entry

    def _unknown(self, media: str, content: Content) -> Node:
        """Send what has no rules of its own: a documented text, or what its schema allows."""
        view = self.schemas.flat(content.schema)
        examples = [*content.examples, view.get("example")]
        texts = [value for value in examples if isinstance(value, str) and value]
        if texts:
            return {"type": media, "kind": "text", "gen": {"const": texts[0]}}
        if main_type(view) != "string" or "xml" in media.lower():
            raise Unfillable("bodies of this type cannot be made")
        made = self.builder.node(content.schema, "body", files=True)
        return {
            "type": media,
            "kind": "binary" if made.get("make") == "file" else "text",
            "gen": made,
        }

    def _own_id(self, operation: Operation, content: Content, made: Node) -> Node:
        """Bind the id in the body of an update that has none in its path."""
        slot = self.linker.own_slot(operation) if operation.method in {"PUT", "PATCH"} else None
        flat = self.builder.shared[made["use"]] if "use" in made else made
        places = (
            [give.places[0] for give in slot.gives if give.places[0].startswith("/")]
            if slot
            else []
        )
        name = places[0].rpartition("/")[2] if places else ""
        if slot is None or flat.get("make") != "object":
            return made
        inner = {**flat.get("required", {}), **flat.get("optional", {})}.get(name)
        if inner is None or "bind" in inner:
            return made
        optional = {key: value for key, value in flat.get("optional", {}).items() if key != name}
        view = self.schemas.flat(content.schema).get("properties", {}).get(name)
        own = bound(slot.name, inner, self.schemas.flat(view))
        required = {**flat.get("required", {}), name: own}
        return {**flat, "required": required, **({"optional": optional} if optional else {})}

    def _form(self, entry: Node, content: Content, made: Node) -> None:
        made = self._objects_only(made)
        made = entry["gen"] = self._longer_lists(self._without_lists(content, made))
        flat = self.builder.shared[made["use"]] if "use" in made else made
        if flat.get("make") == "one":
            flat = flat["of"][0]
        constant = flat.get("const")
        if flat.get("make") not in {"object", "map"} and not (
            isinstance(constant, dict) and constant
        ):
            what = "the body is empty" if constant == {} else "the body is no object"
            if constant != {}:
                raise Unfillable(what)
            entry["gen"] = {
                "make": "object",
                "required": {"note": {"make": "text", "min": 8, "max": 16}},
            }
        fields = {}
        for name, encoding in content.encoding.items():
            field: Node = {}
            if isinstance(encoding, Mapping):
                if isinstance(encoding.get("style"), str):
                    field["style"] = encoding["style"]
                if isinstance(encoding.get("explode"), bool):
                    field["explode"] = encoding["explode"]
                if isinstance(encoding.get("contentType"), str):
                    media = clean(encoding["contentType"].split(",")[0].strip())
                    # Any type at all: the one that follows from the value.
                    if media not in {"*/*", "application/*"}:
                        field["type"] = _RANGES.get(media, media)
            if field:
                fields[str(name)] = field
        if fields:
            entry["fields"] = fields

    def _objects_only(self, made: Node) -> Node:
        """Return the generator of a form without the alternatives that are no objects."""
        flat = self.builder.shared[made["use"]] if "use" in made else made
        ways = [{"const": value} for value in flat["pick"]] if "pick" in flat else []
        ways = flat["of"] if flat.get("make") == "one" else ways
        kept = [way for way in ways if self._is_object(way)]
        if not kept:
            return made
        return kept[0] if len(kept) == 1 else {"make": "one", "of": kept}

    def _is_object(self, made: Node) -> bool:
        flat = self.builder.shared[made["use"]] if "use" in made else made
        if "const" in flat:
            return isinstance(flat["const"], dict) and bool(flat["const"])
        return flat.get("make") in {"object", "map"}

    def _without_lists(self, content: Content, made: Node) -> Node:
        """Return the generator of a form without the lists that nobody asks for.

        Unless the document says how they are written: services and validators disagree there.
        """
        flat = self.builder.shared[made["use"]] if "use" in made else made
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
        """Return a generator of a form whose lists have two elements where they may.

        Written alone, the only element of a list cannot be told from a plain value.
        """
        flat = self.builder.shared[made["use"]] if "use" in made else made
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

    def _text(self, entry: Node) -> None:
        made = entry["gen"]
        flat = self.builder.shared[made["use"]] if "use" in made else made
        if flat.get("make") in {"object", "map", "array", "tuple", "one"} or isinstance(
            flat.get("const"), (dict, list)
        ):
            raise Unfillable("the schema of the text is no text")

    # --- answers --------------------------------------------------------------------------------

    def _answer(self, answer: Answer) -> Node:
        made: Node = {}
        if answer.types:
            made["types"] = list(answer.types)
        if answer.schema is None:
            return made
        view = self.schemas.flat(answer.schema)
        if view.get("format") == "binary":
            return made
        kind = main_type(view)
        if kind not in {"any", "null"} and "groups" not in view:
            made["is"] = "number" if kind == "integer" else kind
        if "null" in (view.get("types") or []):
            made["nullable"] = True
        required = [f"/{name}" for name in self._promised(view)]
        if kind == "array" and isinstance(view.get("items"), Mapping):
            required = [f"/*/{name}" for name in self._promised(self.schemas.flat(view["items"]))]
        if required:
            made["required"] = required[:_REQUIRED_LIMIT]
        return made

    def _promised(self, view: Mapping[str, Any]) -> list[str]:
        properties = view.get("properties", {})
        if "null" in (view.get("types") or []) or main_type(dict(view)) != "object":
            return []
        return [
            name.replace("~", "~0").replace("/", "~1")
            for name in view.get("required", [])
            if isinstance(name, str)
            and self.schemas.flat(properties.get(name)).get("writeOnly") is not True
        ]


def _skipped(row: Row, reason: str) -> Row:
    kept = ("name", "method", "url", "id", "tags", "journey", "role")
    return {key: row[key] for key in kept if key in row} | {"skip": clean(reason)}


def journey_of(operation: Operation) -> str:
    """Return the group an operation belongs to: its first tag, else the first word of its path."""
    if operation.tags and operation.tags[0]:
        return label(operation.tags[0])
    words = [part for part in operation.path.split("/") if part and "{" not in part]
    return label(words[0]) if words else "root"


def worth_sending(made: Node) -> bool:
    """Tell whether an optional parameter has a value that a service can make sense of."""
    if made.get("make") == "object":
        inner = made.get("required", {}).values()
        return bool(inner) and all(worth_sending(node) for node in inner)
    if made.get("make") == "array":
        return worth_sending(made["items"])
    if made.get("make") == "int":
        return bool(made["max"] - made["min"] <= 100)
    return bool(made.keys() & {"const", "pick", "bind"}) or made.get("make") == "bool"


def _is_list(made: Node) -> bool:
    """Tell whether a generator makes a list, but for one of files."""
    items = made.get("items", [])
    if isinstance(items, list):
        files = any(item.get("make") == "file" for item in items)
        return not files and (made.get("make") == "tuple" or isinstance(made.get("const"), list))
    return made.get("make") == "array"


def _usable(parameter: Parameter, value: Any) -> bool:
    if parameter.place != "path" or not isinstance(value, str):
        return not (parameter.place == "path" and value in (None, [], {}))
    return value not in {"", ".", ".."}


def _described(parameter: Parameter, made: Node) -> Node:
    described: Node = {"in": parameter.place, "name": parameter.name}
    # Nobody can tell whether it is there where its properties are written as ones of their own.
    spread = made.get("make") == "object" and made.get("required") and parameter.explode
    if not parameter.required and not (spread and parameter.style == "form"):
        described["optional"] = True
    usual = ("simple", False) if parameter.place in {"path", "header"} else ("form", True)
    if parameter.json:
        described["json"] = True
    elif (parameter.style, parameter.explode) != usual:
        described["style"] = parameter.style
        described["explode"] = parameter.explode
    if parameter.reserved:
        described["reserved"] = True
    return {**described, "gen": made}


def _types(operation: Operation, status: str) -> Sequence[str]:
    answer = operation.answers.get(status)
    return answer.types if answer else ()


def _expected(operation: Operation) -> list[str]:
    declared = [status for status in operation.answers if status[0] == "2"]
    declared = declared or [status for status in operation.answers if status[0] == "3"]
    if declared:
        return declared
    # A HEAD or a switch of protocols may declare 101 or 304 alone.
    return ["2XX"]


def in_order(rows: Sequence[Row], order: Sequence[str]) -> list[Row]:
    """Return the rows journey by journey, givers before those who need them where possible."""
    place = {name: index for index, name in enumerate(order)}
    journeys: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: place[row["name"]]):
        journeys.setdefault(row["journey"], []).append(row)
    home = {row["name"]: row["journey"] for row in rows}
    before: dict[str, set[str]] = {name: set() for name in journeys}
    for row in rows:
        for givers in row.get("needs", {}).values():
            homes = [home[name] for name in givers if name in home]
            if homes and row["journey"] not in homes:
                before[row["journey"]].add(homes[0])
    done: dict[str, list[Row]] = {}
    while len(done) < len(journeys):
        left = [name for name in journeys if name not in done]
        ready = [name for name in left if before[name] <= done.keys()]
        name = (ready or left)[0]
        done[name] = journeys[name]
    return [row for listed in done.values() for row in listed]


__all__ = [
    "SAFE_METHODS",
    "Row",
    "RowMaker",
    "in_order",
    "journey_of",
    "kind_of_body",
    "worth_sending",
]
