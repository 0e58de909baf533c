"""Every combination of a few rules, names and answers, and what the compiler makes of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_table.document import Document
from openapi_table.generators import names
from openapi_table.generators.builder import Builder
from openapi_table.generators.nodes import Unfillable, bound
from openapi_table.links import naming
from openapi_table.links.slots import places, success
from openapi_table.operations.answers import answers_of
from openapi_table.operations.model import Answer, Body, Content, Operation, Parameter
from openapi_table.schemas.checker import Checker
from openapi_table.schemas.views import Schemas
from openapi_table.table import Changes, Table

from tests.openapi.compiling import build, compiled, notes, openapi, samples
from tests.support import expected


def combinations(rules: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield a schema for each choice of values; None leaves a rule out."""
    for values in itertools.product(*rules.values()):
        yield {k: v for k, v in zip(rules, values, strict=True) if v is not None}


NUMBERS: dict[str, list[Any]] = {
    "type": ["integer", "number"],
    "minimum": [None, -7, 0, 5, 2000],
    "maximum": [None, -3, 6, 5_000_000],
    "multipleOf": [None, 3, 0.5],
    "format": [None, "int32"],
}
STRICT: dict[str, list[Any]] = {
    "type": ["integer", "number"],
    "minimum": [None, 1],
    "exclusiveMinimum": [None, 0, 1, 2.5, True],
    "maximum": [None, 4, 3_000_000_000],
    "exclusiveMaximum": [None, 4, 4.5, True],
}
TEXTS: dict[str, list[Any]] = {
    "type": ["string"],
    "minLength": [None, 0, 5, 40],
    "maxLength": [None, 1, 12, 64],
    "format": [None, "email", "date", "byte", "uri", "mac", "int32", "nothing"],
}
PATTERNS: dict[str, list[Any]] = {
    "type": ["string"],
    "pattern": ["^[a-f]+$", "^[A-Z]{2}\\d{3,9}$", "^(ab|cde)*-x?$", "x", "^[^a-z]{4}$"],
    "minLength": [None, 3, 8],
    "maxLength": [None, 5, 10],
}
LISTS: dict[str, list[Any]] = {
    "type": ["array"],
    "items": [{"type": "integer"}, {"enum": [1, 2]}, {"type": "object"}, {"type": "null"}, None],
    "minItems": [None, 1, 4],
    "maxItems": [None, 0, 3],
    "uniqueItems": [None, True],
}
OBJECTS: dict[str, list[Any]] = {
    "type": ["object"],
    "properties": [None, {"a": {"type": "integer"}, "b": {"type": "boolean"}}],
    "required": [None, ["z"]],
    "additionalProperties": [None, False, {"type": "integer"}],
    "minProperties": [None, 2],
    "maxProperties": [None, 1, 3],
}
EXAMPLES: dict[str, list[Any]] = {
    "type": ["string", "integer", ["number", "null"]],
    "example": [None, "7", 7, "Tom Jones", "tom@example.com", ""],
    "default": [None, 5, "x"],
    "enum": [None, [7, "7", None]],
}
CONTAINING: dict[str, list[Any]] = {
    "type": ["array", None],
    "items": [None, {"type": "integer"}],
    "contains": [{"const": 5}, {"type": "string"}],
    "minContains": [None, 2],
    "minItems": [None, 0, 3],
    "maxItems": [None, 1],
}
KEYED: dict[str, list[Any]] = {
    "type": ["object"],
    "properties": [None, {"a": {"type": "integer"}}],
    "patternProperties": [None, {"^x[0-9]$": {"type": "boolean"}}],
    "propertyNames": [None, {"maxLength": 2}, {"pattern": "^y"}],
    "additionalProperties": [None, False, {"enum": [3]}],
    "minProperties": [None, 2],
}
DEPENDING: dict[str, list[Any]] = {
    "type": ["object"],
    "properties": [{"a": {"type": "integer"}, "b": {"type": "boolean"}, "c": {"const": 1}}],
    "required": [None, ["a"], ["c", "c"]],
    "dependentRequired": [None, {"a": ["b"]}],
    "dependentSchemas": [None, {"a": {"required": ["d"]}}],
    "maxProperties": [None, 1, 2],
    "example": [None, {"a": 7, "b": "no"}],
}
TYPED: dict[str, list[Any]] = {
    "type": [None, "file", "int", "String", "object", ["null", "boolean"], ["null"], [], "none"],
    "nullable": [None, True],
    "x-nullable": [None, True],
    "example": [None, True, {}],
}
ALL = [
    NUMBERS,
    STRICT,
    TEXTS,
    PATTERNS,
    LISTS,
    OBJECTS,
    EXAMPLES,
    CONTAINING,
    KEYED,
    DEPENDING,
    TYPED,
]
KINDS = [
    "numbers",
    "strict",
    "texts",
    "patterns",
    "lists",
    "objects",
    "examples",
    "containing",
    "keyed",
    "depending",
    "typed",
]


@pytest.mark.parametrize(("kind", "rules"), list(zip(KINDS, ALL, strict=True)), ids=KINDS)
def test_generators_of_all_combinations(kind: str, rules: dict[str, list[Any]]) -> None:
    lines = []
    for schema in combinations(rules):
        try:
            made: Any = build(schema, "name" if kind == "examples" else "")
            values = samples(Table({}, [], {}), made, count=2)
        except Unfillable as reason:
            made, values = str(reason), []
        lines.append(json.dumps([schema, made, values]))
    expected.compare(expected.beside(Path(__file__)), kind, lines)


WORDS = """
    id ID petId pet_id petIds petID pet pets pet_uuid petGuid petKey pet_slug slug key code
    name pk status idOrName id_or_slug username userName user_name email homeCity home_city ip
    clientIp start_date startDate endDate created_at createdAt website imageUrl uuid hostname
    phone colour zipCode first_name password min_price priceMax categories boxes classes
    branches dishes address bus X-Trace-Id filter[city] mime_type title label description date
    birthday timezone
""".split()


def test_names_and_what_they_say() -> None:
    lines = []
    for name in WORDS:
        known = names.known(name)
        said = [
            naming.singular(name),
            naming.resource_of(name),
            naming.is_id(name),
            naming.id_names(name, "pet"),
            naming.id_names(name, naming.singular(naming.words(name))),
            naming.wrapper_rank(name, "pet"),
            known and [known.format, known.value],
            names.is_unique(name),
            names.is_handle(name),
        ]
        lines.append(json.dumps([name, *said]))
    paired = "start end from to min_price max_price priceMin priceMax valid_from expires low high"
    lines.append(json.dumps(list(names.pairs_of(paired.split()))))
    lines.append(json.dumps(list(names.pairs_of(["start", "stop", "end", "from_a", "to_b"]))))
    types = ("any", "integer", "number", "string", "boolean")
    pairs = itertools.product(types, types)
    lines.append(json.dumps([[*pair, naming.compatible(*pair)] for pair in pairs]))
    expected.compare(expected.beside(Path(__file__)), "names", lines)


THING = {"properties": {"id": {"type": "integer"}, "petId": {"type": "string"}}}
NAMED = {"properties": {"name": {"type": "string"}, "pet~/": {"type": "string"}}}
ANSWERS: list[Any] = [
    None,
    True,
    {},
    THING,
    NAMED,
    {"type": "array", "items": THING},
    {"type": "array"},
    {"properties": {"data": THING}},
    {"properties": {"meta": THING, "pet": NAMED, "result": {"type": "array", "items": THING}}},
    {"properties": {"data": {"properties": {"pets": {"type": "array", "items": THING}}}}},
    {"properties": {"data": {"properties": {"data": {"properties": {"data": THING}}}}}},
    {"properties": {"a~b/c": THING, "items": {"type": "string"}}},
    {"oneOf": [{"type": "string"}, THING]},
    {"anyOf": [{"oneOf": [{"allOf": [{"anyOf": [THING, NAMED]}]}, NAMED]}]},
    {"type": "array", "items": {"type": "array", "items": {"type": "array", "items": THING}}},
    {
        "type": "array",
        "items": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "array", "items": THING}},
        },
    },
]


def operation(method: str, answers: dict[str, Any], sent: Any = None) -> Operation:
    """Return an operation with these answers that sends a body."""
    given: Any = dict.fromkeys(Operation._fields)
    given |= {
        "method": method,
        "answers": {k: Answer(**answer_fields(v)) for k, v in answers.items()},
        "body": None if sent is None else Body(True, [Content("application/json", sent, [], {})]),
    }
    return Operation(**given)


def answer_fields(schema: Any) -> Any:
    fields: Any = dict.fromkeys(Answer._fields)
    return fields | {"schema": schema}


def test_where_an_answer_holds_an_id() -> None:
    schemas = Schemas(Document(openapi({})))
    lines = []
    for name, kind in (("petId", "string"), ("id", "integer"), ("slug", "string"), ("x", "string")):
        parameter = Parameter("path", name, True, {"type": kind}, [], "simple", False)
        for answer in ANSWERS:
            found = [
                places(schemas, operation(method, {"200": answer}, NAMED), parameter, "pet", kind)
                for method in ("GET", "POST")
            ]
            lines.append(json.dumps([name, answer, *found]))
        choices: list[Any] = [{"properties": {"a": {}, "pet_id": {}, "slug": {}, "X": {}}}, None]
        for sent in choices:
            found = [places(schemas, operation("PUT", {}, sent), parameter, "pet", kind)]
            lines.append(json.dumps([name, sent, *found]))
    expected.compare(expected.beside(Path(__file__)), "places", lines)


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        ({}, None),
        ({"404": {}}, None),
        ({"404": {}, "default": {"a": 1}}, {"a": 1}),
        ({"204": None, "201": {"b": 1}, "200": {"c": 1}}, {"b": 1}),
        ({"2XX": None, "default": {"a": 1}}, None),
    ],
)
def test_the_answer_of_a_success(answers: dict[str, Any], wanted: Any) -> None:
    found = success(operation("GET", answers))
    assert (found.schema if found else None) == wanted


STATUSES = "200 2XX 2xx default x-own 600 99 204~NO abc 1XX 20 2000 Default 4x4 X-own".split()
REFERRED: list[object] = [{}, {"$ref": "#/x/fine"}, {"$ref": "#/x/lost"}, None, [], THING]


def test_statuses_of_answers() -> None:
    lines = []
    for status in STATUSES:
        for answer in REFERRED:
            document = Document({**openapi({}), "x": {"fine": {"headers": {"ETag": {}}}}})
            node = {"responses": {status.replace("~", " "): answer}}
            found = answers_of(document, node, "#/paths/~1a/get")
            read = {key: [one.types, one.schema, sorted(one.headers)] for key, one in found.items()}
            lines.append(json.dumps([status, answer, read, document.notes]))
    expected.compare(expected.beside(Path(__file__)), "statuses", lines)


SIZED = """
    limit per_page pageSize page offset skip year age port pageNumber page_number start from take
    top maxResults count id
""".split()


def test_integers_whose_names_say_how_large_they_are() -> None:
    lines = []
    for name in SIZED:
        for low, high in itertools.product([None, 0, 10, 11, 50], [None, 10, 11, 49, 5000]):
            rules = {"minimum": low, "maximum": high}
            schema = {"type": "integer"} | {k: v for k, v in rules.items() if v is not None}
            try:
                made: Any = build(schema, name)
            except Unfillable as reason:
                made = str(reason)
            lines.append(json.dumps([name, schema, made]))
    expected.compare(expected.beside(Path(__file__)), "sizes", lines)


BOUND: dict[str, list[Any]] = {
    "type": [None, "integer", "string", "boolean", ["null", "number"]],
    "format": [None, "GUID"],
    "pattern": [None, "(?:a)+", "(?=a)b", "(.)\\1"],
    "minLength": [None, 2],
    "maximum": [9],
    "enum": [None, [1, "b"], [*range(20)], [*range(21)]],
}


def test_which_ids_are_bound() -> None:
    schemas, lines = Schemas(Document(openapi({}))), []
    for schema in combinations(BOUND):
        view = schemas.flat(schema)
        made = bound("/pets#id", {"const": 1}, view)
        text = bound("/pets#id", {"const": 1}, view, as_text=True)
        lines.append(json.dumps([schema, made["fits"], text["fits"]]))
    assert bound("/pets#id", {"const": 1}, {}) == {"bind": "/pets#id", "else": {"const": 1}}
    expected.compare(expected.beside(Path(__file__)), "bound", lines)


CAT: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "lives"],
    "properties": {"lives": {"const": 9}},
}
DOG: dict[str, Any] = {"type": "object", "properties": {"bark": {"enum": ["loud", "soft"]}}}
REFERENCES = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog%7E0"}]
CHOOSING: list[dict[str, Any]] = [
    {},
    {"oneOf": [*REFERENCES, {"type": "null"}]},
    {"oneOf": [CAT, False]},
    {"anyOf": REFERENCES},
    {"anyOf": REFERENCES, "required": ["more"], "properties": {"more": {"type": "boolean"}}},
]
DISCRIMINATORS: list[Any] = [
    None,
    "kind",
    {"propertyName": "kind", "mapping": {"c": "#/components/schemas/Cat", "d": "Dog~"}},
    {"propertyName": "kind", "mapping": {"x": "#/components/schemas/Gone", "c": 7}},
    {"propertyName": 3},
]
KIND: list[Any] = [None, {"type": "string"}, {"enum": ["c", "Dog~"]}, {"const": "c"}, {"enum": [1]}]


def test_which_alternatives_are_sent() -> None:
    lines = []
    for kind, chosen, discriminator in itertools.product(KIND, CHOOSING, DISCRIMINATORS):
        schema = {**chosen, "discriminator": discriminator}
        own = {} if kind is None else {"kind": kind}
        parts = {
            name: {**part, "properties": {**part["properties"], **own}}
            for name, part in (("Cat", CAT), ("Dog~", DOG))
        }
        document = Document(openapi({}, components={"schemas": {**parts, "Any": schema}}))
        builder = Builder(Schemas(document), Checker(document), lambda _name, _view: None)
        try:
            made: Any = builder.node({"$ref": "#/components/schemas/Any"})
        except Unfillable as reason:
            made = str(reason)
        lines.append(json.dumps([kind, schema, made, builder.shared, document.notes]))
    expected.compare(expected.beside(Path(__file__)), "alternatives", lines)


def test_problems_of_parameters_have_a_place() -> None:
    item = {
        "parameters": [{"in": "query"}, 7],
        "get": {"parameters": [{"in": "query"}], "responses": {}},
    }
    assert list(notes(compiled(openapi({"/a": item})))) == [
        "#/paths/~1a/parameters/0",
        "#/paths/~1a/parameters/1",
        "#/paths/~1a/get/parameters/0",
    ]


MERGED: list[Any] = [
    True,
    False,
    {"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^a", "format": "date"},
    {"type": ["string", "null"], "minLength": 4, "maxLength": 6, "pattern": "b$", "nullable": True},
    {"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2},
    {"type": "number", "minimum": 3, "exclusiveMaximum": 8, "multipleOf": 3},
    {"enum": [1, "a", None], "readOnly": True, "description": "one"},
    {"enum": ["a", 2], "readOnly": False, "default": "a", "example": "a"},
    {"const": "a", "deprecated": True},
    {"type": "object", "properties": {"a": {"minimum": 1}, "b": {}}, "required": ["a"]},
    {
        "properties": {"a": {"maximum": 5}, "c": {}},
        "required": ["c"],
        "additionalProperties": False,
    },
    {"additionalProperties": {"type": "string"}, "minProperties": 1, "maxProperties": 4},
    {"additionalProperties": {"maxLength": 3}, "minProperties": 2, "maxProperties": 3},
    {"additionalProperties": {}, "patternProperties": {"^x": {"type": "integer"}}},
    {"patternProperties": {"^y": {}}, "propertyNames": {"maxLength": 3}},
    {"type": "array", "items": {"minimum": 1}, "minItems": 1, "uniqueItems": True},
    {"items": {"maximum": 4}, "minItems": 2, "maxItems": 3, "contains": {"const": 2}},
    {"oneOf": [{"type": "integer"}, {"type": "string"}], "not": {"const": 1}},
    {"anyOf": [{"minimum": 1}, {"maxLength": 2}], "not": {"const": 2}},
    {"$ref": "#/components/schemas/Named", "description": "beside"},
    {"$ref": "#/components/schemas/Lost"},
    {"discriminator": {"propertyName": "k"}, "properties": {"k": {"type": "string"}}},
    {"if": {"const": 1}, "then": {"minimum": 1}, "dependentRequired": {"a": ["b"]}},
    {"type": "array", "uniqueItems": False, "readOnly": True, "items": {}},
    {"exclusiveMinimum": True, "minimum": 4, "maxProperties": "2", "required": True, "x": 1},
    {"allOf": [{"$ref": "#/components/schemas/Named"}], "properties": {}, "enum": None},
    {"allOf": [{"$ref": "#/components/schemas/Named"}], "nullable": True, "oneOf": []},
    {"dependentSchemas": {"a": {"required": ["d"]}}, "type": "file", "pattern": 7},
]


def test_schemas_that_hold_together() -> None:
    named = {"Named": {"type": "object", "properties": {"n": {"type": "string"}}}}
    document = openapi({}, components={"schemas": named})
    lines = []
    for first, second in itertools.product(MERGED, MERGED):
        view = Schemas(Document(document)).flat({"allOf": [first, second]})
        lines.append(json.dumps([first, second, view], sort_keys=True, default=sorted))
    expected.compare(expected.beside(Path(__file__)), "merged", lines)


@pytest.mark.parametrize(
    ("added", "removed", "changed", "differs"),
    [
        ([], [], {}, False),
        (["a"], [], {}, True),
        ([], ["a"], {}, True),
        ([], [], {"a": ["b"]}, True),
    ],
)
def test_any_change_is_a_difference(
    added: list[str], removed: list[str], changed: dict[str, list[str]], differs: bool
) -> None:
    assert bool(Changes(added, removed, changed)) is differs
