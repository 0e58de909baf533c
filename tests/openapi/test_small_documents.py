"""Small documents around one difficulty each: every value is valid, nothing is skipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openapi_table.compiler import compile_document
from openapi_table.reading import source
from openapi_table.table import Table

from tests.openapi.compiling import (
    OK,
    body_of,
    compiled,
    notes,
    only_row,
    openapi,
    posting,
    row_of,
    samples,
)
from tests.openapi.oracle import Oracle

DOCUMENTS = sorted((Path(__file__).parent / "documents" / "small").iterdir())
BY_NAME = {path.stem: path for path in DOCUMENTS}


def table_of(name: str) -> Table:
    path = BY_NAME[name]
    return compile_document(source.read(str(path), path.name))


@pytest.mark.parametrize("name", BY_NAME)
def test_every_value_is_valid(name: str) -> None:
    path = BY_NAME[name]
    document = source.read(str(path), path.name)
    table = compile_document(document)
    assert [row["skip"] for row in table.rows if "skip" in row] == []
    found = [judged for judged in Oracle(document.root, table).judge(20) if judged.problem]
    assert found == []


def test_a_form_without_properties_is_empty() -> None:
    assert body_of(table_of("emptyform").rows[0], "form") == {"const": {}}


def test_a_parent_is_sent_as_one_of_its_children() -> None:
    table = table_of("disc")
    for value in samples(table, body_of(table.rows[0])):
        assert value["m"]["type"] == "one"
        assert isinstance(value["m"]["x"], int)


def test_several_files_are_sent_where_several_are_required() -> None:
    fields = body_of(table_of("files").rows[0], "multipart")["required"]
    assert len(fields["files"]["items"]) == 2


def test_a_body_that_is_the_file_is_sent_as_one() -> None:
    table = table_of("bodies")
    for name in ("POST /import", "POST /import2"):
        assert body_of(row_of(table, name), "multipart")["required"]["file"]["make"] == "file"


def test_what_is_right_in_an_example_is_kept() -> None:
    table = table_of("bodies")
    for value in samples(table, body_of(row_of(table, "POST /part-example")), chance=0):
        assert (value["address"], value["goto"]) == ("alias@domain.tld", "destination@domain.tld")
        assert "active" not in value
    for value in samples(table, body_of(row_of(table, "POST /string-example"))):
        assert value["kind"] == "dog"


def test_lists_in_lists_say_how_they_are_written() -> None:
    (parameter,) = table_of("pairs").rows[0]["params"]
    assert parameter["inner"] == "pipeDelimited"


def test_a_type_beside_the_name_of_a_parameter_counts() -> None:
    row = row_of(table_of("pathparams"), "GET /nest")
    made = {item["name"]: item["gen"] for item in row["params"]}
    assert made["limit"] == {"make": "int", "min": 10, "max": 20}
    assert made["order"] == {"pick": ["asc", "desc"]}


def test_operations_with_other_methods_are_sent() -> None:
    more = {"COPY": {"responses": OK}, "PROPFIND": {"responses": OK}, "Post": {}, "A B": {}}
    paths: Any = {"/a": {"get": {"responses": OK}, "additionalOperations": more}}
    paths["/a/{id}"] = {"additionalOperations": {"PURGE": {"responses": OK}, "COPY": {}}}
    table = compiled(openapi(paths, "3.2.0"))
    rows = {row["name"]: row for row in table.rows}
    own = {"PURGE /a/{id}": "deletes or resets data", "COPY /a/{id}": None}
    assert {name: rows.pop(name).get("danger") for name in own} == own
    assert rows.keys() == {"GET /a", "COPY /a", "PROPFIND /a"}
    assert rows["COPY /a"]["role"] == "action"
    assert rows["COPY /a"]["danger"].startswith("changes without an ID")
    assert (rows["PROPFIND /a"]["role"], rows["PROPFIND /a"].get("danger")) == ("query", None)
    at = "#/paths/~1a/additionalOperations/"
    undeclared = {at for at, what in notes(table).items() if "is not declared" in what}
    assert {at: what for at, what in notes(table).items() if at not in undeclared} == {
        at + "Post": "Post belongs directly in the path item; this operation is not sent",
        at + "A B": "A B is not an HTTP method; this operation is not sent",
    }


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("homeCity", {"const": "Berlin"}),
        ("ip_address", {"make": "format", "format": "ipv4"}),
        ("contact[phone]", {"const": "+493023125000"}),
        ("iban", {"const": "DE89370400440532013000"}),
        ("backgroundColor", {"const": "#336699"}),
        ("username", {"make": "text", "min": 8, "max": 11, "fresh": True}),
        ("velocity", {"make": "text", "min": 8, "max": 16}),
        ("publicity", {"make": "text", "min": 8, "max": 16}),
    ],
)
def test_a_name_tells_what_services_accept(name: str, wanted: dict[str, Any]) -> None:
    schema = {"type": "object", "required": [name], "properties": {name: {"type": "string"}}}
    assert body_of(only_row(openapi(posting(schema))))["required"][name] == wanted


LARGE = 2**53 + 1


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "const": LARGE},
        {"type": "integer", "enum": [LARGE]},
        {"type": "integer", "minimum": LARGE},
    ],
)
def test_an_integer_that_javascript_cannot_represent_is_named(schema: dict[str, Any]) -> None:
    row = only_row(
        openapi(posting({"type": "object", "required": ["n"], "properties": {"n": schema}}))
    )
    assert (
        f"`n`: the integer {LARGE} is beyond 2^53, which JavaScript cannot represent" in row["skip"]
    )


def test_an_example_that_javascript_cannot_represent_is_noted() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "example": LARGE}}}
    paths = {**posting(schema), "/z": {"get": {"responses": OK}}}
    (note,) = notes(compiled(openapi(paths))).values()
    assert note.startswith("an example beyond 2^53")
    assert str(LARGE)[:5] in note


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [
        ("start", "end", {"type": "string", "format": "date"}),
        ("startDate", "endDate", {"type": "string", "format": "date-time"}),
        ("startsAt", "endsAt", {"type": "string", "format": "date-time"}),
        ("price_min", "price_max", {"type": "integer", "minimum": 1, "maximum": 9}),
        ("valid_from", "valid_until", {"type": "string", "format": "date"}),
        ("checkIn", "checkOut", {"type": "string", "format": "date"}),
    ],
)
def test_what_begins_comes_before_what_ends(first: str, last: str, kind: dict[str, Any]) -> None:
    schema = {"type": "object", "required": [last, first], "properties": {first: kind, last: kind}}
    assert body_of(only_row(openapi(posting(schema))))["ordered"] == [[first, last]]


def test_values_that_are_made_differently_stay_where_they_are() -> None:
    properties = {
        "min": {"type": "integer", "maximum": 5},
        "max": {"type": "integer", "minimum": 3},
    }
    schema = {"type": "object", "required": ["min", "max"], "properties": properties}
    assert "ordered" not in body_of(only_row(openapi(posting(schema))))


def test_the_method_of_a_request_is_never_overridden() -> None:
    header = {
        "name": "X-HTTP-Method-Override",
        "in": "header",
        "schema": {"type": "string", "enum": ["DELETE"]},
    }
    row = only_row(openapi({"/a": {"get": {"parameters": [header], "responses": OK}}}))
    assert row["left"] == ["header.X-HTTP-Method-Override"]
