"""Values of generators, judged by an independent validator."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_table.generators.nodes import Unfillable
from openapi_table.generators.sampling import Sampler

from tests.openapi.cases import CASES, SCHEMAS, ref
from tests.openapi.compiling import (
    body_of,
    build,
    compiled,
    getting,
    only_row,
    openapi,
    posting,
    samples,
)
from tests.openapi.oracle import Oracle
from tests.support.seeds import fresh


@pytest.mark.parametrize("name", CASES)
def test_every_value_fits_its_schema(name: str) -> None:
    schema = CASES[name]
    document = openapi(posting(schema), components={"schemas": SCHEMAS})
    table = compiled(document)
    (row,) = table.rows
    assert "skip" not in row, row
    oracle = Oracle(document, table)
    for chance in (0.0, 0.5, 1.0):
        for value in samples(table, body_of(row), count=12, chance=chance):
            problem = oracle.problem(value, schema)
            assert not problem, f"{value!r}: {problem}"


def test_the_oracle_refuses_what_does_not_fit() -> None:
    document = openapi(posting(ref("Cat")), components={"schemas": SCHEMAS})
    oracle = Oracle(document, compiled(document))
    assert oracle.problem({"kind": "x", "lives": 10}, ref("Cat"))
    assert oracle.problem("2024-13-01", {"type": "string", "format": "date"})
    assert not oracle.problem({"kind": "x", "lives": 9}, ref("Cat"))


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "integer", "minimum": 5, "maximum": 3}, "no integer"),
        ({"type": "string", "minLength": 5, "maxLength": 3}, "minLength"),
        (
            {"type": "string", "pattern": "^a$", "minLength": 3},
            "cannot generate text for the pattern",
        ),
        ({"type": "string", "pattern": "^(?!a)a$"}, "cannot generate text for the pattern"),
        (ref("Missing"), "Missing"),
        ({"$ref": "common.yaml#/Pet"}, "common.yaml"),
        (False, "no value"),
        ({"type": "object", "required": ["self"], "properties": {"self": ref("Loop")}}, "itself"),
    ],
)
def test_what_cannot_be_filled_has_a_reason(schema: Any, reason: str) -> None:
    loop = {"type": "object", "required": ["again"], "properties": {"again": ref("Loop")}}
    row = only_row(openapi(posting(schema), components={"schemas": {"Loop": loop}}))
    assert reason in row["skip"]
    assert "body" not in row


def test_read_only_properties_are_left_out() -> None:
    table = compiled(openapi(posting(CASES["read-only"])))
    assert all(value.keys() == {"a"} for value in samples(table, body_of(table.rows[0]), chance=1))


def test_alternatives_that_overlap_are_sent_all_the_same() -> None:
    either = {"oneOf": [{"type": "string"}, {"type": "string", "maxLength": 99}]}
    schema = {"type": "object", "required": ["a"], "properties": {"a": either, "b": {}}}
    table = compiled(openapi(posting(schema)))
    assert "several alternatives of oneOf" in table.header["unsupported"][0]["what"]
    assert all(isinstance(value["a"], str) for value in samples(table, body_of(table.rows[0])))


@pytest.mark.parametrize("more", [{}, {"additionalProperties": False}, {"maxProperties": 4}])
def test_an_object_without_properties_is_empty(more: dict[str, Any]) -> None:
    assert build({"type": "object", **more}) == {"const": {}}


@pytest.mark.parametrize("kind", ["object", "array"])
def test_bytes_in_a_shared_schema_are_a_text_in_json(kind: str) -> None:
    photo = {"type": "string", "format": "binary"}
    shared: dict[str, Any] = {
        "object": {"type": "object", "required": ["f"], "properties": {"f": photo}},
        "array": {"type": "array", "items": photo, "minItems": 1},
    }
    document = openapi(posting(ref("Upload")), components={"schemas": {"Upload": shared[kind]}})
    table = compiled(document)
    assert "'file'" not in f"{table.shared} {table.rows}"


def test_examples_come_first_and_keep_their_type() -> None:
    assert build({"type": "integer", "example": 7}) == {"const": 7}
    assert build({"type": "boolean", "default": False}) == {"const": False}
    assert build({"type": "array", "items": {"type": "integer"}, "example": [1, 2]}) == {
        "const": [1, 2]
    }


def test_an_example_of_a_unique_name_varies() -> None:
    node = build({"type": "object", "properties": {"name": {"type": "string", "example": "Lamp"}}})
    made = node["optional"]["name"]
    assert made["like"] == "Lamp"
    assert made["fresh"]
    names = {Sampler({}, seed=seed).make(made) for seed in range(9)}
    assert len(names) == 9
    assert all(name.startswith("Lamp-") for name in names)


def test_the_name_of_a_type_is_no_example() -> None:
    assert build({"type": "string", "example": "string"})["make"] == "text"


def test_a_large_optional_part_is_left_out() -> None:
    wide = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(60)}}
    node = build({"type": "object", "required": ["a"], "properties": {"a": {}, "wide": wide}})
    assert "optional" not in node


def test_a_reference_into_the_dark_is_left_out() -> None:
    node = build({"type": "object", "properties": {"parent_id": {"type": "integer"}, "a": {}}})
    assert list(node["optional"]) == ["a"]


# --- any schema ---------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "name", "id", "email", "${x}", "`", "'", '"', "*/", "ü"])
BOUND = st.integers(-5, 12)
SCALARS = st.one_of(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            "minimum": BOUND,
            "maximum": BOUND,
            "exclusiveMinimum": BOUND,
            "multipleOf": st.sampled_from([1, 2, 0.5, 0.01, 3]),
            "enum": st.lists(BOUND, min_size=1, max_size=3),
            "example": BOUND,
            "nullable": st.booleans(),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": st.integers(0, 20),
            "maxLength": st.integers(0, 30),
            "format": st.sampled_from(["date", "uuid", "email", "ipv4", "uri", "x"]),
            "pattern": st.sampled_from(
                ["^[a-c]{2,5}$", "x", "^(a|bb)+$", "\\d{3}", "^\\w*-\\w*$", "^[^a]$", "^.{2}$"]
            ),
            "enum": st.lists(NAMES, min_size=1, max_size=3),
            "example": NAMES,
            "default": NAMES,
        },
    ),
    st.just({"type": "boolean"}),
)


def composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    objects = st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=4)},
        optional={
            "required": st.lists(NAMES, max_size=2, unique=True),
            "additionalProperties": st.booleans() | inner,
            "minProperties": st.integers(0, 3),
            "maxProperties": st.integers(1, 5),
        },
    )
    arrays = st.fixed_dictionaries(
        {"type": st.just("array"), "items": inner},
        optional={
            "minItems": st.integers(0, 3),
            "maxItems": st.integers(0, 4),
            "uniqueItems": st.booleans(),
        },
    )
    several = st.lists(inner, min_size=1, max_size=3)
    groups = st.sampled_from(["oneOf", "anyOf", "allOf"]).flatmap(
        lambda word: several.map(lambda listed: {word: listed})
    )
    return objects | arrays | groups


ANY_SCHEMA = st.recursive(SCALARS, composed, max_leaves=8)
PATIENT = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=PATIENT)
@given(ANY_SCHEMA)
def test_values_of_any_schema_fit_it_or_there_are_none(schema: Any) -> None:
    assert_values_fit(schema)


@pytest.mark.slow
@fresh
@settings(max_examples=60, suppress_health_check=PATIENT)
@given(ANY_SCHEMA)
def test_values_of_another_schema_in_each_run_fit_it_or_there_are_none(schema: Any) -> None:
    assert_values_fit(schema)


def assert_values_fit(schema: Any) -> None:
    """Fail if a body made for a schema does not fit it."""
    document = openapi(posting(schema))
    table = compiled(document)
    (row,) = table.rows
    if "skip" in row:
        assert row["skip"].startswith("body: ")
        return
    oracle = Oracle(document, table)
    # Where no value can fit just one alternative, one that fits several is sent, and noted.
    overlapping = bool(table.header["unsupported"])
    for value in samples(table, body_of(row), count=4):
        problem = oracle.problem(value, schema)
        assert not problem or overlapping, (schema, value, body_of(row))


@pytest.mark.parametrize("name", ["note", "name", "username", "email", "city"])
@pytest.mark.parametrize(
    ("low", "high"), [(0, 2), (7, 9), (9, 9), (17, None), (40, 41), (90, None)]
)
def test_texts_are_as_long_as_they_have_to_be(name: str, low: int, high: int | None) -> None:
    bounds = {"minLength": low} if high is None else {"minLength": low, "maxLength": high}
    node = build({"type": "string", **bounds}, name)
    for seed in range(20):
        assert low <= len(Sampler({}, seed=seed).make(node)) <= (high or 4096), node
    assert node.get("min", low) >= low


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("uri", {"maxLength": 20}),
        ("hostname", {"maxLength": 12}),
        ("ipv4", {"maxLength": 13}),
        ("ipv4", {"minLength": 15}),
        ("ipv6", {"maxLength": 12}),
        ("duration", {"minLength": 4}),
        ("email", {"maxLength": 12}),
        ("byte", {"maxLength": 3}),
    ],
)
def test_no_format_is_cut_to_a_length_that_k6_does_not_make(
    name: str, bounds: dict[str, int]
) -> None:
    with pytest.raises(Unfillable):
        build({"type": "string", "format": name, **bounds})


@pytest.mark.parametrize(
    ("name", "least"),
    [("uri", 21), ("hostname", 13), ("email", 13), ("byte", 4), ("ipv4", 14), ("ipv6", 14)],
)
def test_a_format_of_the_least_length_is_made(name: str, least: int) -> None:
    node = build({"type": "string", "format": name, "maxLength": least})
    assert node["format"] == name
    assert {len(Sampler({}, seed).make(node)) for seed in range(5)} == {least}


def test_all_of_many_values_can_be_wanted() -> None:
    node = {"make": "array", "items": {"pick": [*range(40)]}, "min": 40, "max": 40, "unique": True}
    assert {len(Sampler({}, seed).make(node)) for seed in range(5)} == {40}


def test_most_schemas_can_be_filled() -> None:
    with pytest.raises(Unfillable):
        build({"type": "integer", "minimum": 2, "maximum": 1})
    assert build({"type": "integer", "minimum": 2})


def test_a_parameter_is_checked_too() -> None:
    schema = {"type": "string", "pattern": "^[0-9]{4}$", "example": "none"}
    document = openapi(getting({"name": "q", "in": "query", "required": True, "schema": schema}))
    table = compiled(document)
    judged = list(Oracle(document, table).judge(5))
    assert len(judged) == 5
    assert not [one for one in judged if one.problem]
