"""An independent judge of generated values: the package jsonschema."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import jsonschema
from openapi_table.generators.sampling import Sampler
from openapi_table.table import Table
from openapi_table.texts import label

LIMITS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


class Judged(NamedTuple):
    """One generated value. where: operation and place. problem: empty when it is valid."""

    where: str
    value: Any
    problem: str


def modern(node: Any) -> Any:
    """Rewrite the older notations of OpenAPI 3.0 and Swagger 2.0 as JSON Schema 2020-12."""
    if isinstance(node, list):
        return [modern(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    made = {str(key): modern(value) for key, value in node.items() if value is not None}
    if isinstance(made.get("type"), str):
        made["type"] = made["type"].lower()
        if not made["type"]:
            del made["type"]
    _required(made)
    for strict, plain in LIMITS.items():
        if made.get(strict) is True and plain in made:
            made[strict] = made.pop(plain)
        elif isinstance(made.get(strict), bool):
            del made[strict]
    if made.get("type") == "file":
        made["type"] = "string"
    if isinstance(made.get("pattern"), str) and not _understood(made["pattern"]):
        del made["pattern"]
    if made.get("nullable") is True or made.get("x-nullable") is True:
        return {"anyOf": [{"type": "null"}, made]}
    return made


def _understood(pattern: str) -> bool:
    """Tell whether Python reads a pattern as ECMA-262 does."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return not re.search(r"\\[pPzZ]|\(\?<[^=!]", pattern)


def _required(schema: dict[str, Any]) -> None:
    """Of read-only properties requests need none; `required: true` is no JSON Schema."""
    required, properties = schema.get("required"), schema.get("properties")
    if not isinstance(required, list):
        if "required" in schema and not isinstance(required, Mapping):
            del schema["required"]
        return
    if isinstance(properties, Mapping):
        schema["required"] = [
            name
            for name in required
            if not (isinstance(properties.get(name), Mapping) and properties[name].get("readOnly"))
        ]


def _is_uri(value: object) -> bool:
    """Tell whether a text begins with a scheme; jsonschema itself knows no URIs."""
    return not isinstance(value, str) or bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value))


FORMATS = copy.deepcopy(jsonschema.Draft202012Validator.FORMAT_CHECKER)
FORMATS.checkers = {**FORMATS.checkers, "uri": (_is_uri, ())}


class Oracle:
    """Judges the values of a table's generators by the schemas of the document."""

    def __init__(self, document: Mapping[str, Any], table: Table, seed: int = 1) -> None:
        self.raw = document
        self.document = modern(document)
        self.table = table
        self.sampler = Sampler(table.shared, seed=seed)

    def problem(self, value: Any, schema: Any) -> str:
        """Return why a value does not fit; an empty text when it does."""
        root = {**self.document, "$schema": "https://json-schema.org/draft/2020-12/schema"}
        root.update({"allOf": [modern(schema)]} if schema is not True else {})
        root.pop("$self", None)
        error = jsonschema.Draft202012Validator(root, format_checker=FORMATS).evolve(schema=root)
        found = next(iter(error.iter_errors(value)), None)
        return "" if found is None else f"{found.json_path}: {found.message}"[:300]

    def judge(self, count: int = 3) -> Iterator[Judged]:
        """Yield the judged values of every operation: `count` for each parameter and body."""
        for row in self.table.rows:
            if "skip" in row:
                continue
            item = self._item(row)
            node = item.get(row["method"].lower(), {})
            for parameter in row.get("params", []):
                schema = self._parameter(item, node, parameter)
                yield from self._values(
                    f"{row['name']} {parameter['name']}", parameter["gen"], schema, count
                )
            for body in row.get("body", {}).get("types", []):
                if body["kind"] in {"multipart", "binary"}:
                    continue
                schema = self._body(node, body["type"], item)
                yield from self._values(f"{row['name']} {body['type']}", body["gen"], schema, count)

    def _values(self, where: str, generator: Any, schema: Any, count: int) -> Iterator[Judged]:
        for _ in range(count):
            value = self.sampler.make(generator)
            yield Judged(where, value, self.problem(value, schema))

    def follow(self, node: Any) -> Any:
        """Return what a chain of references leads to."""
        while isinstance(node, Mapping) and "$ref" in node:
            target: Any = self.raw
            for written in node["$ref"].split("/")[1:]:
                part = (
                    written.replace("~1", "/")
                    .replace("~0", "~")
                    .replace("%7B", "{")
                    .replace("%7D", "}")
                )
                target = target[int(part)] if isinstance(target, list) else target[part]
            node = target
        return node

    def _item(self, row: Mapping[str, Any]) -> Any:
        for path, item in self.raw["paths"].items():
            written = path if path.startswith("/") else "/" + path
            if label(f"{row['method']} {written}") == row["name"]:
                return self.follow(item)
        raise KeyError(row["name"])

    def _parameter(self, item: Any, node: Any, wanted: Mapping[str, Any]) -> Any:
        listed = [
            self.follow(p) for p in [*node.get("parameters", []), *item.get("parameters", [])]
        ]
        for parameter in listed:
            if (parameter.get("in"), parameter.get("name")) == (wanted["in"], wanted["name"]):
                if "content" in parameter:
                    return next(iter(parameter["content"].values())).get("schema", True)
                bare = {
                    k: v
                    for k, v in parameter.items()
                    if k not in {"in", "name", "required", "description"}
                }
                return parameter.get("schema", bare if "type" in parameter else True)
        return True

    def _body(self, node: Any, media_type: str, item: Any) -> Any:
        body = self.follow(node.get("requestBody"))
        if body:
            for kind, content in body["content"].items():
                if kind.split(";")[0].strip() in {media_type, "*/*"}:
                    return content.get("schema", True)
        listed = [
            self.follow(p) for p in [*node.get("parameters", []), *item.get("parameters", [])]
        ]
        for parameter in listed:
            if parameter.get("in") == "body":
                return parameter.get("schema", True)
        form = [p for p in listed if p.get("in") == "formData"]
        properties = {
            p["name"]: {
                k: v for k, v in p.items() if k not in {"in", "name", "required", "description"}
            }
            for p in form
        }
        return {"type": "object", "properties": properties} if form else True
