"""The parameters of a row: which are sent, and how their values are made and written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from openapi_table.document import Document
from openapi_table.generators.builder import Builder
from openapi_table.generators.nodes import PICKS, SAFE_INTEGER, Node, Unfillable, bound, constants
from openapi_table.links.linker import Linker
from openapi_table.operations.answers import expected, media_types
from openapi_table.operations.model import Operation, Parameter
from openapi_table.operations.requests import COLLECTIONS
from openapi_table.schemas.views import Schemas, main_type
from openapi_table.texts import clean, placeholder

# Headers that the body, the accepted types, the credentials and k6 determine.
OWN_HEADERS = frozenset({"accept", "content-type", "authorization", "user-agent"})
# They turn one method into another, which nobody has looked at.
_OVERRIDES = re.compile(r"(x-)?http-method(-override)?|x-method-override|_method", re.IGNORECASE)
_WIDE = 100  # a wider range of integers is a guess: no service is sure to know the value


class ParameterMaker:
    """Makes the parameters of rows."""

    def __init__(
        self, document: Document, schemas: Schemas, builder: Builder, linker: Linker
    ) -> None:
        """Take what parameters are made from."""
        self.document = document
        self.schemas = schemas
        self.builder = builder
        self.linker = linker

    def listed(
        self, operation: Operation, values: Mapping[str, Any]
    ) -> tuple[list[Node], list[str]]:
        """Return the parameters of an operation's row, and the names of those left out.

        values: the user's own by `<place>.<name>`. Raises Unfillable for a required parameter.
        """
        sent: list[Node] = []
        left: list[str] = []
        for parameter in operation.parameters:
            if not parameter.required and _OVERRIDES.fullmatch(parameter.name):
                left.append(clean(_key(parameter)))
                continue
            made = self._node(operation, parameter, values)
            if made is None:
                left.append(clean(_key(parameter)))
            elif parameter.place == "header" and parameter.name.lower() in OWN_HEADERS:
                sent += self._own_header(operation, parameter, made)
            elif not parameter.required and (parameter.deprecated or not worth_sending(made)):
                left.append(clean(_key(parameter)))
            else:
                sent.append(_described(parameter, made))
        return sent, left

    def _node(
        self, operation: Operation, parameter: Parameter, values: Mapping[str, Any]
    ) -> Node | None:
        """Return the generator of a parameter, None for an optional one without values."""
        key = _key(parameter)
        try:
            return self._made(operation, parameter)
        except Unfillable as reason:
            if key in values:
                return {"const": first_of(values[key])}
            if parameter.required:
                what = f"{parameter.place} parameter {parameter.name}"
                raise Unfillable(f"{what}: {reason}") from None
            self.document.note(operation.at, f"optional {key} is never sent: {reason}")
            return None

    def _own_header(self, operation: Operation, parameter: Parameter, made: Node) -> list[Node]:
        """Return a header that the test writes itself, unless the document gives its value."""
        if made.keys() & {"const", "pick"}:
            return [_described(parameter, self._acceptable(operation, parameter, made))]
        if parameter.name.lower() == "user-agent":
            self.document.note(operation.at, "k6 sets the header User-Agent itself")
        return []

    def _acceptable(self, operation: Operation, parameter: Parameter, made: Node) -> Node:
        """Return the generator of an Accept header with the types of the responses added."""
        pinned = self.schemas.flat(parameter.schema).keys() & {"enum", "const", "patterns"}
        if parameter.name.lower() != "accept" or pinned or not isinstance(made.get("const"), str):
            return made
        types = [kind for status in expected(operation) for kind in media_types(operation, status)]
        return {"const": ", ".join(dict.fromkeys([made["const"], *types]))}

    def _made(self, operation: Operation, parameter: Parameter) -> Node:
        in_path = parameter.place == "path"
        examples = [
            value
            for value in parameter.examples
            if _usable(parameter, value) and not placeholder(value)
        ]
        made = self._large(parameter, examples)
        if made is None:
            schema = self._not_empty(parameter) if in_path else parameter.schema
            made = self.builder.node(schema, "" if in_path else parameter.name, examples)
        if in_path:
            made = _path_value(made, parameter)
        slot = self.linker.parameter_slot(operation, parameter)
        if slot is None or operation.name in self.linker.givers(slot)[:1] or "bind" in made:
            return made
        return bound(slot, made, self.schemas.flat(parameter.schema), as_text=True)

    def _large(self, parameter: Parameter, examples: Sequence[Any]) -> Node | None:
        """Return a generator of documented integers too large for JavaScript, as texts."""
        view = self.schemas.flat(parameter.schema)
        if parameter.json or main_type(view) != "integer":
            return None
        documented = [*examples, view.get("example"), view.get("const")]
        texts = [
            str(value)
            for value in [*documented, *view.get("enum", [])[:99]]
            if isinstance(value, int)
            and abs(value) > SAFE_INTEGER
            and self.builder.checker.valid(value, parameter.schema)
        ]
        small = (isinstance(value, int) and abs(value) <= SAFE_INTEGER for value in documented)
        return constants(texts[:PICKS]) if texts and not any(small) else None

    def _not_empty(self, parameter: Parameter) -> Any:
        """Return the schema of a path parameter without values that would change the path."""
        view = self.schemas.flat(parameter.schema)
        rules: dict[str, Any] = {}
        if "patterns" in view or view.get("maxLength") == 0:
            rules = {"minLength": 1, "not": {"enum": [".", ".."]}}
        if view.get("maxItems") == 0:
            rules = {"minItems": 1}
        return {"allOf": [parameter.schema, rules]} if rules else parameter.schema


def _key(parameter: Parameter) -> str:
    return f"{parameter.place}.{parameter.name}"


def first_of(value: Any) -> Any:
    """Return the first of a list of the user's values, or the only value."""
    return value[0] if isinstance(value, list) and value else value


def _usable(parameter: Parameter, value: Any) -> bool:
    """Tell whether an example can be sent; an empty text or dots would change the path."""
    if parameter.place != "path":
        return True
    return value not in ("", ".", "..") if isinstance(value, str) else value not in (None, [], {})


def _path_value(made: Node, parameter: Parameter) -> Node:
    """Return a generator without values that would change the path. Raises Unfillable."""
    bare = made.get("else", made)
    values = bare["pick"] if "pick" in bare else [bare["const"]] if "const" in bare else None
    if values is None:
        return made
    usable = [value for value in values if _usable(parameter, value)]
    if not usable:
        kind = "string" if isinstance(values[0], str) else "integer"
        raise Unfillable(f"{json.dumps(values[0])[:40]} is not valid in a path ({kind})")
    return constants(usable)


def worth_sending(made: Node) -> bool:
    """Tell whether a service can make sense of the values of an optional parameter."""
    if made.get("make") == "object":
        inner = made.get("required", {}).values()
        return bool(inner) and all(worth_sending(node) for node in inner)
    if made.get("make") == "array":
        return worth_sending(made["items"])
    if made.get("make") == "int":
        return bool(made["max"] - made["min"] <= _WIDE)
    return bool(made.keys() & {"const", "pick", "bind"}) or made.get("make") == "bool"


def _described(parameter: Parameter, made: Node) -> Node:
    described: Node = {"in": parameter.place, "name": parameter.name}
    # An exploded object is sent as parameters of its own: its presence cannot be recognised.
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
    items = parameter.schema.get("items") if isinstance(parameter.schema, Mapping) else None
    if isinstance(items, Mapping) and "collectionFormat" in items:
        described["inner"] = COLLECTIONS.get(str(items["collectionFormat"]), ("form",))[0]
    return {**described, "gen": made}
