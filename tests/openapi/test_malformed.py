"""Documents with values where none belong, and ones made to keep the compiler busy for ever."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_table.compiler import compile_document
from openapi_table.reading.parsing import parse
from openapi_table.reading.source import Source
from openapi_table.schemas import expressions
from openapi_table.table import Table, dumps

from tests.openapi.compiling import OK, compiled, getting, only_row, openapi, posting

P = {"type": "object", "properties": {"x": {"type": "string"}}}


def ref(name: object) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def read(text: str) -> Table:
    return compile_document(Source(parse(text.encode()), "test", "-"))


def query(rule: str) -> str:
    value = f'{{"name": "v", "in": "query", "required": true, {rule}}}'
    paths = f'{{"/a": {{"get": {{"parameters": [{value}], "responses": {{}}}}}}}}'
    return f'{{"openapi": "3.0.0", "info": {{}}, "paths": {paths}}}'


@pytest.mark.parametrize(
    "rule",
    [
        '"schema": {"type": "number"}, "example": 1e999',
        '"schema": {"example": -1e999}',
        '"schema": {"type": "integer", "minimum": 1e999}',
        '"schema": {"type": "number", "exclusiveMinimum": ' + "9" * 400 + "}",
        '"schema": {"enum": [1e999]}',
    ],
)
def test_numbers_that_no_computer_holds_never_reach_the_table(rule: str) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    text = dumps(read(query(rule)))
    for line in text.splitlines():
        json.loads(line, parse_constant=refuse)


MALFORMED: dict[str, Any] = {
    "mapping": {
        "oneOf": [ref("P")],
        "discriminator": {"propertyName": "k", "mapping": {"p": ref("P")}},
    },
    "required": {"type": "object", "required": [{"a": 1}, ["a"]], "example": {"a": 1}},
    "minContains null": {"type": "array", "contains": {"type": "string"}, "minContains": None},
    "minContains text": {"type": "array", "contains": {"type": "string"}, "minContains": "x"},
    "dependentRequired": {**P, "dependentRequired": {"x": 1}, "example": {"x": "1"}},
    "dependentRequired lists": {**P, "dependentRequired": {"x": [["b"]]}, "example": {"x": "1"}},
    "tiny step": {"type": "number", "multipleOf": 5e-324},
    "infinite": {"type": "integer", "minimum": float("inf")},
    "minItems": {"type": "array", "minItems": float("inf")},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_rule_that_means_nothing_forbids_nothing(name: str) -> None:
    document = openapi(posting(MALFORMED[name]), "3.1.0", components={"schemas": {"P": P}})
    assert "skip" not in only_row(document)


def test_a_scheme_whose_place_is_a_list_is_none() -> None:
    key = {"type": "apiKey", "in": ["header"], "name": "X"}
    document = openapi(getting(), components={"securitySchemes": {"k": key}})
    assert "#/components/securitySchemes/k" in compiled(document).header["unsupported"][0]["at"]


def test_what_nobody_foresaw_costs_one_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: Any) -> None:
        raise TypeError("unhashable type: 'dict'")

    monkeypatch.setattr("openapi_table.rows.bodies.BodyMaker.body", explode)
    table = compiled(openapi({**posting(P), "/fine": {"get": {"responses": OK}}}))
    skips = {row["name"]: row.get("skip") for row in table.rows}
    assert skips["GET /fine"] is None
    assert skips["POST /things"] == "the schema is malformed: #/paths/~1things/post"


LAUGHS = {
    f"S{i}": {
        "type": "object",
        "required": ["a", "b"],
        "properties": {"a": ref(f"S{i + 1}"), "b": ref(f"S{i + 1}")},
    }
    for i in range(40)
} | {"S40": {"type": "string"}}
CIRCLES = {
    f"S{i}": {
        "type": "object",
        "required": ["x"],
        "properties": {"x": {"anyOf": [ref(f"S{(i + 1) % 40}"), ref(f"S{(i + 2) % 40}")]}},
    }
    for i in range(40)
}
SELF = {
    "S0": {"anyOf": [{"type": "string"}, ref("S0"), ref("S1")]},
    "S1": {"anyOf": [{"type": "integer"}, ref("S0"), ref("S1"), ref("S2")]},
    "S2": {"anyOf": [{"type": "boolean"}, ref("S0"), ref("S1"), ref("S2")]},
}
ENDLESS: dict[str, tuple[Any, dict[str, Any]]] = {
    "many values": ({"type": "string", "enum": [f"v{i}" for i in range(8000)]}, {}),
    "many numbers": ({"enum": list(range(8000))}, {}),
    "many items": ({"$ref": "#/components/schemas/S0"}, {"S0": {"minItems": 10**8}}),
    "many properties": (
        ref("S0"),
        {"S0": {"minProperties": 10**8, "additionalProperties": {"type": "string"}}},
    ),
    "doubled": (ref("S0"), LAUGHS),
    "doubled, optional": ({"properties": {"x": ref("S0")}}, LAUGHS),
    "circles": (ref("S0"), CIRCLES),
    "itself": ({**ref("S0"), "example": {"x": [{"y": [{"z": 1}]}]}}, SELF),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_multiplies_comes_to_an_end(name: str) -> None:
    schema, schemas = ENDLESS[name]
    assert only_row(openapi(posting(schema), components={"schemas": schemas}))


@pytest.mark.parametrize(
    ("expression", "text", "fits"),
    [
        (r"^([a-zA-Z0-9_]+\s?)*$", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop-q", False),
        (r"^([a-zA-Z0-9_]+\s?)*$", "some words, one after the other".replace(",", ""), True),
        (r"^(a|a)*$", "a" * 60 + "b", False),
        (r"^(a{3}){5}$", "a" * 15, True),
        (r"^(a{3}){5}$", "a" * 16, False),
        (r"(.*)(.*)(.*)(.*)(.*)(.*)(.*)x$", "a" * 200, False),
        (r"^(?=.*[0-9])(?!.*z)([a-z]\w?)+$", "abcdefghijklm7nop", True),
        (r"^(?=.*[0-9])(?!.*z)([a-z]\w?)+$", "abcdefghijklmznop7", False),
    ],
)
def test_repeats_within_repeats_are_matched_all_the_same(
    expression: str, text: str, fits: bool
) -> None:
    assert expressions.matches(expression, text) is fits
