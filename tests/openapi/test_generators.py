"""Generators one by one: how large they are, what they bind, what is made and tried of them."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

import pytest
from openapi_table.document import Document
from openapi_table.generators import nodes, patterns
from openapi_table.generators.builder import Builder
from openapi_table.generators.examples import parsed
from openapi_table.generators.nodes import Node, Unfillable
from openapi_table.generators.sampling import Sampler, Trials
from openapi_table.schemas import checker as checking
from openapi_table.schemas.checker import Checker
from openapi_table.schemas.expressions import Unsupported
from openapi_table.schemas.views import Schemas

from tests.openapi.cases import ref
from tests.openapi.compiling import (
    OK,
    body_of,
    build,
    compiled,
    notes,
    only_row,
    openapi,
    posting,
    row_of,
)

INT: Node = {"make": "int", "min": 1, "max": 9}
PET: Node = {"bind": "/pets#id", "else": INT}
SHARED: dict[str, Node] = {
    "Leaf": {"make": "object", "required": {"a": INT, "b": INT}},
    "Pet": {"make": "object", "required": {"id": PET, "again": {"use": "Leaf"}}},
}


def requiring(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": [*properties], "properties": properties}


def builder(components: Mapping[str, Any] | None = None) -> Builder:
    """Return a builder that binds what is called petId."""
    document = Document(openapi({}, components={"schemas": dict(components or {})}))
    return Builder(
        Schemas(document),
        Checker(document),
        lambda name, _: "/pets#id" if name == "petId" else None,
    )


# Generator: its nodes, the parts of its smallest value, what it binds.
SIZES: list[tuple[Node, int, int, list[str]]] = [
    (INT, 1, 1, []),
    (PET, 2, 1, ["/pets#id"]),
    ({"use": "Leaf"}, 3, 3, []),
    ({"use": "Pet"}, 6, 5, ["/pets#id"]),
    ({"make": "object", "required": {"a": INT}, "optional": {"b": PET}}, 4, 2, ["/pets#id"]),
    ({"make": "tuple", "items": [INT, {"use": "Leaf"}]}, 5, 5, []),
    ({"make": "array", "items": {"use": "Leaf"}, "max": 3}, 7, 4, []),
    ({"make": "array", "items": {"use": "Pet"}, "min": 4, "max": 9}, 13, 21, ["/pets#id"]),
    ({"make": "map", "values": {"use": "Leaf"}, "min": 2, "max": 2, "keys": INT}, 4, 7, []),
    ({"make": "one", "of": [INT, {"use": "Leaf"}, INT]}, 6, 3, []),
    ({"make": "one", "of": [{"use": "Pet"}, {"use": "Pet"}, PET]}, 15, 5, ["/pets#id"] * 2),
    ({"make": "object", "required": {"const": INT, "petId": PET}}, 4, 3, ["/pets#id"]),
    (
        {"make": "object", "optional": {"pick": INT, "use": PET, "bind": PET}},
        6,
        1,
        ["/pets#id"] * 2,
    ),
    ({"make": "object", "required": {"required": PET, "optional": PET}}, 5, 3, ["/pets#id"] * 2),
    ({"const": {"bind": "no slot", "else": 1}}, 1, 1, []),
    ({"pick": [{"use": "nothing"}, 2]}, 1, 1, []),
]


@pytest.mark.parametrize(("node", "size", "least", "slots"), SIZES, ids=[str(r[0]) for r in SIZES])
def test_how_large_a_generator_is_and_what_it_binds(
    node: Node, size: int, least: int, slots: list[str]
) -> None:
    for known in ({}, {"Leaf": 3}):
        assert nodes.size(node, SHARED, dict(known)) == size
        assert nodes.least_size(node, SHARED, dict(known)) == least
    assert list(nodes.slots_of(node, SHARED)) == slots


def test_what_is_shared_is_measured_once() -> None:
    known: dict[str, int] = {}
    nodes.size({"use": "Pet"}, SHARED, known)
    assert known == {"Pet": 6, "Leaf": 3}
    least: dict[str, int] = {}
    nodes.least_size({"use": "Pet"}, SHARED, least)
    assert least == {"Pet": 5, "Leaf": 3}


def test_an_id_is_bound_beside_properties_with_any_name() -> None:
    made = {
        "content": {"application/json": {"schema": {"properties": {"id": {"type": "integer"}}}}}
    }
    key = {"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}}
    visit = requiring(const={}, use={}, petId={"type": "integer"})
    sent = {"content": {"application/json": {"schema": visit}}}
    paths = {
        "/pets": {"post": {"responses": {"201": {"description": "made", **made}}}},
        "/pets/{petId}": {"parameters": [key], "get": {"responses": OK}},
        "/visits": {"post": {"requestBody": sent, "responses": OK}},
    }
    row = row_of(compiled(openapi(paths)), "POST /visits")
    assert [*row["needs"].values()] == [["POST /pets"]]


def test_equal_generators_are_one_however_their_keys_are_ordered() -> None:
    turned = dict(reversed(INT.items()))
    assert nodes.choice([INT, turned]) == INT
    assert nodes.choice([INT, {"const": 1}]) == {"make": "one", "of": [INT, {"const": 1}]}


@pytest.mark.parametrize("value", [2**53 - 1, -(2**53) + 1])
def test_the_largest_integers_of_javascript_are_sent(value: int) -> None:
    further = value + (1 if value > 0 else -1)
    assert build({"type": "integer", "minimum": value, "maximum": value})["max"] == value
    assert build({"const": {"a": [value]}}) == {"const": {"a": [value]}}
    assert build({"type": "integer", "enum": [further, value]}) == {"const": value}
    assert build({"type": "integer", "example": value}) == {"const": value}
    assert build({"type": "integer", "example": further, "default": 5}) == {"const": 5}
    for rules in ({"const": further}, {"enum": [further]}, {"const": [{"a": further}]}):
        with pytest.raises(Unfillable, match="JavaScript cannot represent"):
            build(rules)


# --- values -------------------------------------------------------------------------------------

# Generator: all values that it makes, or how long they are.
VALUES: list[tuple[Node, set[Any]]] = [
    ({"make": "int", "min": 2, "max": 4}, {2, 3, 4}),
    ({"make": "int", "min": 4, "max": 12, "step": 4}, {4, 8, 12}),
    ({"make": "number", "min": 0.0001, "max": 0.0004}, {0.0001}),
    ({"make": "number", "min": 5, "max": 5}, {5.0}),
    ({"make": "bool"}, {True, False}),
    ({"pick": ["a", "b"]}, {"a", "b"}),
    ({"use": "Small"}, {1, 2}),
    ({"bind": "/pets#id", "else": {"use": "Small"}}, {1, 2}),
    ({"make": "one", "of": [{"use": "Small"}, {"const": 7}]}, {1, 2, 7}),
    ({"make": "file", "name": "a", "type": "b", "size": 1}, {"(file)"}),
    ({"make": "text", "min": 0, "max": 0}, {""}),
]
LENGTHS: list[tuple[Node, set[int]]] = [
    ({"make": "text", "min": 2, "max": 4}, {2, 3, 4}),
    ({"make": "text", "min": 1, "max": 30, "like": "Lamp"}, {12}),
    ({"make": "text", "min": 1, "max": 10, "like": "Lamp"}, {10}),
    ({"make": "text", "min": 1, "max": 5, "like": "Lamp"}, {5}),
    ({"make": "text", "min": 40, "max": 50, "like": "Lamp"}, {40}),
    ({"make": "format", "format": "email", "min": 20, "max": 22}, {20, 21, 22}),
    ({"make": "format", "format": "email", "max": 14}, {13, 14}),
    ({"make": "array", "items": INT, "max": 0}, {0}),
    ({"make": "array", "items": INT, "max": 2}, {1, 2}),
    ({"make": "array", "items": INT, "min": 2, "max": 3}, {2, 3}),
    ({"make": "array", "items": {"const": 1}, "min": 2, "max": 2}, {2}),
    ({"make": "array", "items": {"const": 1}, "min": 2, "max": 2, "unique": True}, {1}),
    ({"make": "array", "items": {"pick": [1, 2]}, "min": 2, "max": 2, "unique": True}, {2}),
    ({"make": "tuple", "items": [INT, INT]}, {2}),
    ({"make": "map", "values": INT, "min": 0, "max": 2}, {0, 1, 2}),
    ({"make": "map", "values": INT, "min": 1, "max": 1}, {1}),
    ({"make": "map", "values": INT, "keys": {"pick": ["a", "b"]}, "min": 2, "max": 2}, {2}),
    ({"make": "map", "values": INT, "keys": {"const": "a"}, "min": 2, "max": 2}, {1}),
]
# One value, however its keys are ordered: one of the two is sometimes added last.
TURNED: Node = {"make": "object", "optional": {key: {"const": 1} for key in "ab"}, "min": 2}
LENGTHS += [({"make": "array", "items": TURNED, "min": 2, "max": 2, "unique": True}, {1})]
SMALL: dict[str, Node] = {"Small": {"pick": [1, 2]}}


@pytest.mark.parametrize(("node", "wanted"), VALUES)
def test_which_values_a_generator_makes(node: Node, wanted: set[Any]) -> None:
    assert {Sampler(SMALL, seed).make(node) for seed in range(60)} == wanted


@pytest.mark.parametrize(("node", "wanted"), LENGTHS)
def test_how_long_the_values_of_a_generator_are(node: Node, wanted: set[int]) -> None:
    assert {len(Sampler({}, seed).make(node)) for seed in range(60)} == wanted


@pytest.mark.parametrize(
    ("least", "chance", "wanted"),
    [(0, 0, 1), (1, 0, 1), (2, 0, 2), (3, 0, 3), (9, 0, 4), (0, 1, 4), (2, 1, 4)],
)
def test_how_many_properties_an_object_has(least: int, chance: float, wanted: int) -> None:
    one = {"const": 1}
    node = {"make": "object", "required": {"a": one}, "optional": dict.fromkeys("bcd", one)}
    made = Sampler({}, chance=chance).make({**node, "min": least})
    assert made == dict.fromkeys("abcd"[:wanted], 1)


def test_the_keys_of_a_map_are_words() -> None:
    made = Sampler({}).make({"make": "map", "values": INT, "min": 9, "max": 9})
    assert all(re.fullmatch("[A-Za-z]{4,8}", key) for key in made)


# --- trials -------------------------------------------------------------------------------------


def trials(shared: dict[str, Node] | None = None) -> Trials:
    document = Document(openapi({}))
    return Trials(Schemas(document), Checker(document), shared or {})


# Generator, schema: what is left of the generator.
TRIED: list[tuple[Node, Any, Node]] = [
    (INT, {"type": "integer"}, INT),
    (INT, {"maximum": 8}, {"pick": [1, 2, 3, 4, 5, 6, 7, 8]}),
    (INT, {"minimum": 2}, {"pick": [2, 3, 4, 5, 6, 7, 8, 9]}),
    ({"make": "number", "min": 1, "max": 2}, {"exclusiveMaximum": 2}, {}),
    ({"pick": ["a", "b", "c"]}, {"not": {"const": "b"}}, {"pick": ["a", "c"]}),
    ({"pick": ["a", "b"]}, {"const": "b"}, {"const": "b"}),
    ({"const": 5}, {"type": "string"}, {"const": "text"}),
    ({"const": 5}, {"type": "boolean"}, {"const": True}),
    ({"const": 5}, {"type": "array"}, {"const": []}),
    ({"const": 5}, {"type": "object"}, {"const": {}}),
    ({"const": 5}, {"type": "null"}, {"const": None}),
    ({"use": "Small"}, {"maximum": 1}, {"const": 1}),
]
BOTH: Node = {"make": "object", "required": {"a": INT}, "optional": {"b": INT, "c": INT}}
NARROWED: list[tuple[Any, list[str], list[str]]] = [
    ({}, ["a"], ["b", "c"]),
    ({"maxProperties": 1}, ["a"], []),
    ({"minProperties": 3}, ["a", "b", "c"], []),
    ({"required": ["b"], "maxProperties": 2}, ["a", "b"], []),
    ({"required": ["c"], "maxProperties": 2}, ["a", "c"], []),
    ({"not": {"required": ["b"]}}, ["a"], []),
]


@pytest.mark.parametrize(("node", "schema", "wanted"), TRIED)
def test_a_generator_is_narrowed_to_what_is_valid(node: Node, schema: Any, wanted: Node) -> None:
    made = trials(SMALL).checked(node, schema)
    if "pick" in made:
        assert sorted(made["pick"]) == wanted.get("pick", sorted(made["pick"]))
        assert len(made["pick"]) <= 8
    else:
        assert made == wanted


@pytest.mark.parametrize(("schema", "required", "optional"), NARROWED)
def test_an_object_is_narrowed_to_some_of_its_properties(
    schema: Any, required: list[str], optional: list[str]
) -> None:
    made = trials().checked(BOTH, schema)
    assert [*made["required"]] == required
    assert [*made.get("optional", {})] == optional


def test_what_is_narrowed_keeps_to_the_least_number_of_properties() -> None:
    few: Node = {"make": "object", "optional": {"b": INT, "c": INT}, "min": 1}
    made = trials().checked(few, {"maxProperties": 1})
    assert made == {"make": "object", "required": {"b": INT}}
    assert trials().checked({**few, "min": 0}, {"maxProperties": 0}) == {"make": "object"}


def test_what_is_never_valid_has_no_values() -> None:
    with pytest.raises(Unfillable, match="no value satisfies"):
        trials().checked(INT, {"type": "integer", "minimum": 10, "maximum": 9})


def test_values_are_not_fixed_where_ids_are_bound_or_objects_large() -> None:
    some = trials(SHARED)
    wide = {"make": "object", "required": {f"p{n}": {"const": n} for n in range(149)}}
    assert len(some.valid_values({"make": "tuple", "items": [INT]}, {})) == 8
    assert some.valid_values({"make": "tuple", "items": [PET]}, {}) == []
    assert len(some.valid_values(wide, {})) == 1
    assert len(some.valid_values(TURNED, {})) == 1
    assert some.valid_values({"make": "tuple", "items": [wide]}, {}) == []
    with pytest.raises(Unfillable, match="no value satisfies"):
        some.checked({"use": "Pet"}, {"type": "object", "maxProperties": 1, "minProperties": 1})


def test_a_part_that_was_tried_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = {"type": "array", "uniqueItems": True, "items": {"type": "integer"}}
    components = {
        "Inner": {"type": "object", "required": ["a"], "properties": {"a": sets}},
        "Outer": {"type": "object", "required": ["in"], "properties": {"in": ref("Inner")}},
    }
    some = builder(components)
    tried: list[Node] = []
    checked = some.trials.checked

    def noted(made: Node, schema: Any, **how: bool) -> Node:
        tried.append(made)
        return checked(made, schema, **how)

    monkeypatch.setattr(some.trials, "checked", noted)
    some.node(ref("Outer"))
    assert [node["make"] for node in tried] == ["object"]
    some.node({"oneOf": [sets, {"type": "string"}]})
    assert [node["make"] for node in tried] == ["object", "array", "text"]


# --- what holds itself --------------------------------------------------------------------------


def test_what_fails_only_inside_another_part_is_sent_elsewhere() -> None:
    components = {
        "A": {"type": "object", "properties": {"b": ref("B"), "n": {"type": "integer"}}},
        "B": requiring(a=ref("A")),
    }
    paths = {
        f"/{name}": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": ref(name)}}},
                "responses": OK,
            }
        }
        for name in "AB"
    }
    table = compiled(openapi(paths, components={"schemas": components}))
    assert [row["name"] for row in table.rows if "body" in row] == ["POST /A", "POST /B"]
    assert [*table.shared["A"]["optional"]] == ["n"]
    assert table.shared["B"]["required"] == {"a": {"use": "A"}}


@pytest.mark.parametrize("again", [ref("Loop"), {**ref("Loop"), "default": "none"}])
def test_alternatives_that_hold_themselves_do_not_overlap(again: Any) -> None:
    loop = {"oneOf": [requiring(x=again), requiring(y=again)]}
    table = compiled(openapi(posting(ref("Loop")), components={"schemas": {"Loop": loop}}))
    assert "itself" in table.rows[0]["skip"]
    assert notes(table) == {}


@pytest.mark.parametrize("again", [ref("Loop"), {**ref("Loop"), "default": "none"}])
def test_what_holds_itself_ends_where_it_may(again: Any) -> None:
    maybe = {"anyOf": [again, {"type": "null"}]}
    for end in (maybe, {"nullable": True, "allOf": [again]}):
        loop = requiring(next=end, n={"const": 1})
        made = builder({"Loop": loop})
        node = made.node(ref("Loop"))
        value = Sampler(made.shared).make(node)
        while value["next"]:
            value = value["next"]
        assert value == {"next": None, "n": 1}
    some = builder({"Loop": requiring(next={"type": "array", "items": again})})
    assert Sampler(some.shared).make(some.node(ref("Loop"))) == {"next": []}
    with pytest.raises(Unfillable, match="its items: it contains itself"):
        build(ref("Loop"), "", {"Loop": {"type": "array", "minItems": 1, "items": again}})


def test_a_schema_that_is_itself_adds_nothing() -> None:
    own = {"Own": {"allOf": [ref("Own"), {"maximum": 3}], "type": "integer", "minimum": 2}}
    assert build(ref("Own"), "", own) == {"make": "int", "min": 2, "max": 3}


def test_shared_generators_have_names_of_their_own() -> None:
    thing = {"type": "object", "properties": {"n": {"type": "integer"}}}
    long = "x" * 85
    document = openapi({}, components={"schemas": {"Pet": thing, "a/b~c": thing, long: thing}})
    document |= {"x": {"Pet": thing, "y": {"Pet": thing, long: thing}}}
    made = Document(document)
    some = Builder(Schemas(made), Checker(made), lambda _name, _view: None)
    parts = [ref("Pet"), {"$ref": "#/x/Pet"}, {"$ref": "#/x/y/Pet"}, ref("a~1b~0c"), ref(long)]
    for part in [*parts, {"$ref": f"#/x/y/{long}"}, ref("Pet")]:
        some.node(part)
    assert [*some.shared] == ["Pet", "Pet 2", "Pet 3", "a/b~c", "x" * 80, "x" * 80 + " 2"]


def test_an_endless_check_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_STEPS", 100)
    components: dict[str, Any] = {"S0": {"type": "integer"}}
    for n in range(1, 12):
        components[f"S{n}"] = {"allOf": [ref(f"S{n - 1}"), ref(f"S{n - 1}")]}
    checker = Checker(Document(openapi({}, components={"schemas": components})))
    assert not checker.valid("x", ref("S3"))
    endless, short = ref("S11"), ref("S3")
    assert checker.valid(1, endless)
    assert checker.valid("x", endless)
    assert not checker.valid("x", short)


# --- texts --------------------------------------------------------------------------------------

EXPRESSIONS = [
    "^[a-f]+$",
    "^x{3}$",
    "^[A-Z]{2}-?\\d{2,4}$",
    "^(ab|cde)+$",
    "^(ab|c)*-(x|yz)?$",
    "^(a{1,2}|bcd{1,3})+$",
    "^(?:[ab]{2}|c+){2,3}$",
    "^((a|bb){2}c)*d$",
    "^(|a|b$|$)$",
    "^.\\s\\S\\W$",
    "^[^a-z]{0,4}$",
    "^[\u00e4\u00f6]+$",
    "^a*b+?c{2,}$",
    "^((x{2,5}|y){1,2}z?){2}$",
]
BOUNDS = [(0, 4096), (0, 3), (4, 4), (5, 9), (12, 20)]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_texts_made_of_the_parts_of_an_expression_fit_it(expression: str) -> None:
    rng = random.Random(3)
    made = 0
    for low, high in BOUNDS:
        try:
            parts = patterns.parts_of(expression, low, high)
        except Unsupported:
            continue
        for _ in range(25):
            text = patterns.sample(parts, rng)
            assert re.search(expression, text, re.ASCII), (parts, text)
            # Of groups, the least length is for the trials.
            assert (0 if "(" in expression else low) <= len(text) <= high, (parts, text)
        made += 1
    assert made > 0


@pytest.mark.parametrize(
    ("expression", "low", "high", "parts"),
    [
        ("^(?:ab){1}c$", 0, 9, ["abc"]),
        ("^a{0}b?$", 0, 9, [{"chars": "b", "min": 0, "max": 1}]),
        ("^a*$", 0, 99, [{"chars": "a", "min": 0, "max": 8}]),
        ("^a*$", 9, 99, [{"chars": "a", "min": 9, "max": 9}]),
        ("^a+$", 0, 5, [{"chars": "a", "min": 1, "max": 5}]),
        (
            "^a{2,}b{3,}$",
            7,
            8,
            [{"chars": "a", "min": 4, "max": 5}, {"chars": "b", "min": 3, "max": 3}],
        ),
        ("^(?:ab)+$", 0, 7, [{"any": [["ab"]], "min": 1, "max": 3}]),
        ("^(?:ab)+$", 5, 7, [{"any": [["ab"]], "min": 3, "max": 3}]),
        ("^(?:a|b$)$", 0, 9, [{"any": [["a"], ["b"]], "min": 1, "max": 1}]),
        ("^a(?:b|$)", 0, 9, ["a", {"any": [["b"]], "min": 1, "max": 1}]),
        ("^a(?:\\Z|$)", 0, 9, ["a", {"any": [[], []], "min": 1, "max": 1}]),
        ("^(?:a|bcd|ef)$", 2, 3, [{"any": [["bcd"], ["ef"]], "min": 1, "max": 1}]),
        ("^(?:a|bb)c$", 2, 2, [{"any": [["a"]], "min": 1, "max": 1}, "c"]),
    ],
)
def test_the_parts_of_an_expression(expression: str, low: int, high: int, parts: list[Any]) -> None:
    assert patterns.parts_of(expression, low, high) == parts


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [("^a$", 2, 3), ("^abc$", 0, 2), ("(", 0, 9), ("^(?:a|bbbb)c$", 3, 4), ("^(a)\\1$", 0, 9)],
)
def test_expressions_without_parts(expression: str, low: int, high: int) -> None:
    with pytest.raises(Unsupported):
        patterns.parts_of(expression, low, high)


# Format: the length that each value has.
FIXED_LENGTHS = {"date": 10, "time": 9, "date-time": 20, "uuid": 36, "ipv4": 14, "ipv6": 14}


@pytest.mark.parametrize(("name", "length"), FIXED_LENGTHS.items())
def test_formats_of_one_length(name: str, length: int) -> None:
    exact = {"type": "string", "format": name, "minLength": length, "maxLength": length}
    assert build(exact) == {"make": "format", "format": name}
    for bounds in ({"minLength": length + 1}, {"maxLength": length - 1}):
        with pytest.raises(Unfillable, match="characters"):
            build({"type": "string", "format": name, **bounds})


@pytest.mark.parametrize(
    ("name", "most"), [("email", 60), ("uri", 60), ("hostname", 40), ("byte", 4096)]
)
def test_the_longest_texts_of_a_format(name: str, most: int) -> None:
    schema = {"type": "string", "format": name}
    assert len(Sampler({}).make(build({**schema, "minLength": most}))) == most
    with pytest.raises(Unfillable):
        build({**schema, "minLength": most + 1})


@pytest.mark.parametrize(("low", "high"), [(5, 7), (6, 7), (4093, 4095)])
def test_the_lengths_of_bytes_are_multiples_of_four(low: int, high: int) -> None:
    schema = {"type": "string", "format": "byte"}
    with pytest.raises(Unfillable, match=f"no byte has {low} to {high} characters"):
        build({**schema, "minLength": low, "maxLength": high})
    for bounds in ({"minLength": low - 2, "maxLength": high}, {"minLength": low}):
        node = build({**schema, **bounds})
        made = {len(Sampler({}, seed).make(node)) for seed in range(9)}
        assert all(low - 2 <= length <= max(8, bounds.get("maxLength", 4096)) for length in made)


def test_bounds_that_a_format_keeps_anyway_are_not_named() -> None:
    email: Node = {"make": "format", "format": "email", "fresh": True}
    for bounds, more in (
        ({"minLength": 13, "maxLength": 60}, {}),
        ({"minLength": 14, "maxLength": 59}, {"min": 14, "max": 59}),
    ):
        assert build({"type": "string", "format": "email", **bounds}) == {**email, **more}
        made = build({"type": "string", **bounds}, "email")
        assert made["make"] == ("text" if more else "format")


# --- lists, files, examples ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("cities", "Berlin"), ("currencies", "EUR"), ("zips", "10115"), ("city", "Berlin")],
)
def test_items_are_named_like_their_list(name: str, wanted: str) -> None:
    made = build({"type": "array", "items": {"type": "string"}}, name)
    assert made["items"] == {"const": wanted}
    assert build({"type": "array", "items": {"type": "string"}}, "iss")["items"]["make"] == "text"


def test_of_large_items_one_is_sent() -> None:
    wide = requiring(**{f"p{n}": {"type": "integer"} for n in range(150)})
    small = requiring(**{f"p{n}": {"type": "integer"} for n in range(149)})
    assert build({"type": "array", "items": wide})["max"] == 1
    assert build({"type": "array", "items": wide, "minItems": 2})["max"] == 2
    assert build({"type": "array", "items": small})["max"] == 3


def test_lists_of_what_cannot_be_made_are_empty() -> None:
    assert build({"type": "array", "items": False}) == {"const": []}
    with pytest.raises(Unfillable, match="its items: the schema allows no value"):
        build({"type": "array", "items": False, "minItems": 1})


@pytest.mark.parametrize("wrap", [1, 2, 3])
def test_values_with_too_many_parts_are_not_sent(wrap: int) -> None:
    large: Any = {"type": "integer"}
    for _ in range(wrap):
        large = {"type": "array", "items": large, "minItems": round(25_000 ** (1 / wrap))}
    for schema in (large, requiring(a=large), {"type": "array", "prefixItems": [large]}):
        with pytest.raises(Unfillable, match="its smallest valid value has more than 20000 parts"):
            build(schema)
    for other in ({"oneOf": [large, {"type": "null"}, {"const": 1}]}, {"anyOf": [large, {}]}):
        assert "array" not in str(build(other))
    assert build({"type": "array", "items": large}) == {"const": []}
    # What is not needed is left out.
    made = build({"type": "object", "properties": {"large": large, "n": {"type": "integer"}}})
    assert [*made["optional"]] == ["n"]
    assert build({"type": "array", "items": {"type": "integer"}, "minItems": 19_999})


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        ({"items": [{"const": 1}], "minItems": 2}, [1, str]),
        ({"prefixItems": [{"const": 1}], "items": {"const": 2}, "minItems": 3}, [1, 2, 2]),
        ({"prefixItems": [{"const": 1}], "items": {"const": 2}, "minItems": 1}, [1]),
        ({"prefixItems": [{"const": 1}], "items": True, "minItems": 2}, [1, str]),
        ({"prefixItems": [{"const": 1}, {"const": 2}], "maxItems": 1, "minItems": 1}, [1]),
        ({"prefixItems": [{"const": 1}], "maxItems": 0}, []),
    ],
)
def test_lists_that_name_their_first_items(schema: Any, made: list[Any]) -> None:
    node = build({"type": "array", **schema})
    value = Sampler({}, seed=1).make(node)
    assert [type(one) if isinstance(one, str) else one for one in value] == made


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        (
            {"prefixItems": [{"const": 1}, {"const": 1}], "uniqueItems": True, "minItems": 1},
            "no value satisfies",
        ),
        ({"prefixItems": [{"const": 1}], "items": False, "minItems": 2}, "no value"),
        ({"prefixItems": [{"const": 1}], "minItems": 2, "maxItems": 1}, "no value satisfies"),
        (
            {"prefixItems": [{"const": 1}], "items": {"const": 2}, "minItems": 3}
            | {"uniqueItems": True},
            "no value satisfies",
        ),
        ({"prefixItems": [{"const": 1}], "minItems": 30_000}, "more than 20000 parts"),
    ],
)
def test_lists_that_name_their_items_keep_the_other_rules(schema: Any, why: str) -> None:
    with pytest.raises(Unfillable, match=why):
        build({"type": "array", **schema})


@pytest.mark.parametrize(("least", "count"), [(None, 1), (0, 1), (3, 3), (20, 20), (21, 20)])
def test_as_many_files_are_sent_as_are_wanted(least: int | None, count: int) -> None:
    files: dict[str, Any] = {"type": "array", "items": {"type": "string", "format": "binary"}}
    files |= {} if least is None else {"minItems": least}
    row = only_row(openapi(posting(requiring(files=files), "multipart/form-data")))
    assert len(body_of(row, "multipart")["required"]["files"]["items"]) == count


def test_an_example_does_not_stand_for_a_file() -> None:
    schema = requiring(file={"type": "string", "format": "binary"}, title={"type": "string"})
    example = {"example": {"file": "a.png", "title": "A"}}
    for inner, outer in ((example, {}), ({}, example)):
        row = only_row(openapi(posting({**schema, **inner}, "multipart/form-data", **outer)))
        made = body_of(row, "multipart")["required"]
        assert (made["file"]["make"], made["title"]) == ("file", {"const": "A"})


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda photo: photo,
        lambda photo: {"type": "array", "items": photo, "minItems": 1},
        lambda photo: {"type": "array", "prefixItems": [photo]},
        lambda photo: {"type": "object", "additionalProperties": photo},
        lambda photo: requiring(f=photo),
        lambda photo: {"oneOf": [photo, {"type": "integer"}]},
    ],
)
def test_bytes_in_json_are_a_text(wrapped: Any) -> None:
    assert "'file'" not in str(build(wrapped({"type": "string", "format": "binary"})))


def test_what_looks_like_json_and_is_none_stays_a_text() -> None:
    some = builder()
    for text in ("{oops", "[draft] of it"):
        assert parsed(text, {"type": "integer"}, some) == text
        assert some.node({"type": ["integer", "null"]}, "", [text])["make"] == "int"
    assert parsed(" [1]", {"type": "array"}, some) == [1]
    assert parsed("[1]", {"type": "string"}, some) == "[1]"


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": ["string", "null"], "enum": [None]}, {"const": None}),
        ({"type": ["string", "null"], "enum": [None, "a"]}, {"const": "a"}),
        ({"type": "string", "enum": [None, 1]}, "no enum value"),
        ({"type": ["string", "null"], "enum": [1]}, "no enum value"),
    ],
)
def test_null_is_sent_where_it_is_the_only_choice(schema: Any, wanted: Any) -> None:
    if isinstance(wanted, str):
        with pytest.raises(Unfillable, match=wanted):
            build(schema)
    else:
        assert build(schema) == wanted


def test_deprecated_properties_are_sent_only_if_they_are_required() -> None:
    old = {"type": "integer", "deprecated": True}
    schema = {"type": "object", "required": ["b"], "properties": {"a": old, "b": old, "c": {}}}
    made = build(schema)
    assert ([*made["required"]], [*made["optional"]]) == (["b"], ["c"])


@pytest.mark.parametrize("required", [[], ["at"]])
def test_what_is_read_only_in_an_example_is_sent_only_if_it_is_required(required: Any) -> None:
    properties = {"at": {"type": "integer", "readOnly": True}, "n": {"type": "integer"}}
    other = {"type": "object", "properties": properties, "example": {"at": 7, "n": 2}}
    # Another schema than that of the property requires it.
    made = build({"allOf": [{"required": required}, other]})
    assert made == {"const": {"at": 7, "n": 2} if required else {"n": 2}}


@pytest.mark.parametrize("count", [4, 5, 6])
def test_four_alternatives_are_sent_and_the_others_named(count: int) -> None:
    names = [f"P{n}" for n in range(count)]
    parts = {name: requiring(kind={"type": "string"}, n={"const": name}) for name in names}
    schema = {"oneOf": [ref(name) for name in names], "discriminator": {"propertyName": "kind"}}
    table = compiled(openapi(posting(schema), components={"schemas": parts}))
    sent = [node["required"]["kind"] for node in body_of(table.rows[0])["of"]]
    assert sent == [{"const": name} for name in names[:4]]
    missed = " and ".join(names[4:])
    wanted = [f"alternatives of oneOf that are never sent: {missed}"] if missed else []
    assert [*notes(table).values()] == wanted


@pytest.mark.parametrize(
    "rule",
    [
        {"enum": ["Table lamp", "Chair"]},
        {"not": {"const": "Chair"}},
        {"pattern": "^Table"},
        {"format": "hostname", "example": "table.lamp"},
        {"maxLength": 9, "example": "Lamp"},
        {"example": "A"},
    ],
)
def test_an_example_is_sent_as_it_is_where_another_value_may_be_wrong(rule: Any) -> None:
    schema = {"type": "string", "example": "Table lamp", **rule}
    assert build(schema, "title") == {"const": schema["example"]}
    # Services seldom want other properties to be unique.
    assert build({"type": "string", "example": "Table lamp"}, "") == {"const": "Table lamp"}
    assert build({"type": "string", "example": "Table lamp"}, "size") == {"const": "Table lamp"}
    varied = build({"type": "string", "example": "Table lamp"}, "title")
    assert varied == {"make": "text", "min": 1, "max": 19, "like": "Table lamp", "fresh": True}


def test_ids_of_an_example_may_be_bound() -> None:
    properties = {"petId": {"type": "integer"}, "n": {"type": "integer"}}
    schema = {"type": "object", "properties": properties}
    some = builder()
    made = some.node(schema, "", [{"petId": 5, "n": 2}])
    bound = {"bind": "/pets#id", "else": {"const": 5}, "fits": {"type": "integer"}}
    assert made == {"make": "object", "required": {"petId": bound, "n": {"const": 2}}}
    assert some.node({**schema, "example": {"petId": 5}})["required"] == {"petId": bound}
    assert some.node({"type": "integer", "example": 5}, "petId")["else"] == {"const": 5}


@pytest.mark.parametrize(
    ("span", "rules"),
    [(1, {}), (199, {}), (199, {"multipleOf": 3})],
)
def test_a_few_integers_that_are_not_allowed_are_left_out(span: int, rules: Any) -> None:
    schema = {"type": "integer", "minimum": 3, "maximum": 3 + span, "not": {"const": 3}, **rules}
    made = build(schema)
    values = made.get("pick", [made.get("const")])
    assert values == [*range(3, 4 + span, rules.get("multipleOf", 1))][1:21]


def test_of_many_integers_some_that_are_not_allowed_stay_in_the_range() -> None:
    schema = {"type": "integer", "minimum": 3, "maximum": 203, "not": {"const": 100}}
    assert build(schema) == {"make": "int", "min": 3, "max": 203}


def test_multiples_lie_within_their_bounds() -> None:
    step = {"type": "number", "multipleOf": 0.7}
    low, high = 421, 423.49999999999994  # the greatest number below 605 * 0.7
    assert max(build({**step, "minimum": low, "maximum": high})["pick"]) == 422.8
