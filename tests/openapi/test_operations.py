"""Operations as real documents write them: the quirks seen in the wild, each alone."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_table.compiler import Choices
from openapi_table.document import BadDocument
from openapi_table.texts import clean

from tests.openapi.compiling import (
    OK,
    body_of,
    compiled,
    getting,
    notes,
    only_row,
    openapi,
    posting,
    row_of,
    samples,
    swagger,
    tables,
)

TEXT = {"type": "string"}


def query(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


# --- names, paths, base paths -------------------------------------------------------------------


def test_a_row_is_named_by_method_and_template() -> None:
    row = only_row(openapi({"/a/{x},{y}": {"get": {"operationId": "op", "responses": OK}}}))
    assert row["name"] == "GET /a/{x}%2C{y}"
    assert row["id"] == "op"
    assert row["url"] == ["/a/", "x", ",", "y", ""]


def test_names_are_unique_and_of_one_line() -> None:
    table = compiled(openapi({"/a\n": {"get": {"responses": OK}}, "/a?": {"get": {}}}))
    assert [row["name"] for row in table.rows] == ["GET /a?", "GET /a? (2)"]


def test_names_are_ones_that_k6_accepts() -> None:
    get = {"get": {"responses": OK, "tags": ["'a::b "]}}
    table = compiled(openapi({"/a::b": get, "/a ": get, "/a'": get, "/a%20": get}))
    names = [row["name"] for row in table.rows]
    assert names == ["GET /a%3A%3Ab", "GET /a%20", "GET /a%27", "GET /a%20 (2)"]
    assert table.rows[0]["journey"] == "%27a%3A%3Ab%20"
    assert table.rows[0]["url"] == ["/a::b"]


def test_a_percent_sign_that_encodes_nothing_is_encoded() -> None:
    assert only_row(openapi({"/100%/%zz%41": {"get": {}}}))["url"] == ["/100%25/%25zz%41"]


def test_clean_keeps_what_thresholds_can_name() -> None:
    assert clean("a,b\x1b[31m") == "a%2Cb?[31m"
    assert len(clean("x" * 999)) == 200


@pytest.mark.parametrize(
    ("servers", "base"),
    [
        (None, ""),
        ([], ""),
        ([{"url": "/"}], ""),
        ([{"url": "/api/v1/"}], "/api/v1"),
        ([{"url": "https://x.example.com/v2"}, {"url": "/v3"}], "/v2"),
        (
            [
                {
                    "url": "https://{h}/{v}",
                    "variables": {"h": {"default": "x"}, "v": {"enum": ["b"]}},
                }
            ],
            "/b",
        ),
        ([{"url": "{scheme}://x/y z"}], "/y%20z"),
        (["nonsense"], ""),
        ([{"url": "api.example.com/v1"}], "/v1"),
        ([{"url": "localhost:8080/v1"}], "/v1"),
        ([{"url": "api/v1.0"}], "/api/v1.0"),
        ([{"url": "/100%/%41"}], "/100%25/%41"),
        ([{"url": "http://[bad"}], ""),
    ],
)
def test_the_base_path_comes_from_the_first_server(servers: Any, base: str) -> None:
    more = {} if servers is None else {"servers": servers}
    assert compiled(openapi(getting(), **more)).header["base"] == base


def test_servers_of_an_operation_count_for_it_alone() -> None:
    paths = {
        "/a": {"get": {"responses": OK, "servers": [{"url": "/files"}]}},
        "/b": {"get": {"responses": OK}},
    }
    table = compiled(openapi(paths, servers=[{"url": "/api"}]))
    assert row_of(table, "GET /a")["base"] == "/files"
    assert "base" not in row_of(table, "GET /b")


def test_swagger_has_a_base_path() -> None:
    assert compiled(swagger(getting(), basePath="/api/", host="x")).header["base"] == "/api"


# --- parameters ---------------------------------------------------------------------------------


def test_parameters_of_a_path_count_and_are_overridden() -> None:
    path = {
        "parameters": [
            query("a", {"enum": ["path"]}, required=True),
            {"$ref": "#/components/parameters/B"},
        ],
        "get": {"parameters": [query("a", {"enum": ["own"]}, required=True)], "responses": OK},
    }
    shared = {"B": query("b", {"type": "boolean"})}
    row = only_row(openapi({"/x": path}, components={"parameters": shared}))
    assert [(p["name"], p["gen"]) for p in row["params"]] == [
        ("a", {"const": "own"}),
        ("b", {"make": "bool"}),
    ]


def test_extensions_and_unknown_places_are_no_paths_and_parameters() -> None:
    body = {"name": "b", "in": "body", "schema": TEXT}
    paths = {
        "x-more": {"get": {"responses": OK}},
        "/a": {"get": {"parameters": [body, query("c", {"enum": ["d"]})], "responses": OK}},
        "/b": {"get": {"parameters": [query("c", None, content={})], "responses": OK}},
    }
    table = compiled(openapi(paths))
    assert [row["name"] for row in table.rows] == ["GET /a", "GET /b"]
    assert [item["name"] for item in table.rows[0]["params"]] == ["c"]
    found = {"#/paths/~1a/get/parameters/0": "unsupported parameter location body"}
    assert found.items() <= notes(table).items()


IMPOSSIBLE = {"type": "integer", "minimum": 2, "maximum": 1}


@pytest.mark.parametrize(
    ("given", "sent"), [(5, 5), ([7, 8], 7), ([], []), (None, None), ({"a": 1}, {"a": 1})]
)
def test_a_value_of_the_user_stands_in_for_one_that_cannot_be_made(given: Any, sent: Any) -> None:
    paths = posting(IMPOSSIBLE)
    paths["/things"]["post"]["parameters"] = [query("q", IMPOSSIBLE, required=True)]
    choices = Choices(values=lambda _: {"query.q": given, "body": given})
    (row,) = compiled(openapi(paths), choices).rows
    assert row["params"][0]["gen"] == {"const": sent}
    assert body_of(row) == {"const": sent}


def test_an_undeclared_path_parameter_is_sent_as_a_text() -> None:
    table = compiled(openapi({"/x/{id}/y": {"get": {"responses": OK}}}))
    (row,) = table.rows
    assert row["params"] == [
        {"in": "path", "name": "id", "gen": {"make": "text", "min": 8, "max": 16}}
    ]
    assert "not declared" in notes(table)["#/paths/~1x~1{id}~1y/get"]


def test_a_path_value_is_never_empty_or_dots() -> None:
    parameter: Any
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"enum": ["", "..", "ok"]}}
    row = only_row(openapi(getting(parameter, path="/x/{id}")))
    assert row["params"][0]["gen"] == {"const": "ok"}
    for pattern in ("^[a-z]*$", "^.?"):
        schema: Any = {"type": "string", "pattern": pattern}
        parameter = {"name": "id", "in": "path", "required": True, "schema": schema}
        table = compiled(openapi(getting(parameter, path="/x/{id}")))
        made = samples(table, table.rows[0]["params"][0]["gen"], 60)
        assert not {"", ".", ".."} & set(made)
    for schema in ({"type": "string", "maxLength": 0}, {"type": "array", "maxItems": 0}):
        parameter = {"name": "id", "in": "path", "required": True, "schema": schema}
        assert "skip" in only_row(openapi(getting(parameter, path="/x/{id}")))
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"enum": [".."]}}
    assert "is not valid in a path" in only_row(openapi(getting(parameter, path="/x/{id}")))["skip"]


def test_optional_parameters_are_sent_when_their_value_means_something() -> None:
    sent = [
        query("flag", {"type": "boolean"}),
        query("state", {"enum": ["a", "b"]}),
        query("limit", {"type": "integer"}),
        query("example", TEXT, example="abc"),
        query("examples", TEXT, examples={"one": {"$ref": "#/components/examples/E"}}),
        query("default", {"type": "string", "default": "x"}),
    ]
    left = [
        query("cursor", TEXT),
        query("filter", {"type": "object", "properties": {"a": TEXT}}),
        query("old", {"type": "boolean"}, deprecated=True),
        query("wrong", {"type": "integer", "minimum": 5, "maximum": 1}),
    ]
    document = openapi(
        getting(*sent, *left), components={"examples": {"E": {"value": "from there"}}}
    )
    row = only_row(document)
    assert [p["name"] for p in row["params"]] == [p["name"] for p in sent]
    assert all(p["optional"] for p in row["params"])
    assert row["left"] == [f"query.{p['name']}" for p in left]
    assert row["params"][4]["gen"] == {"const": "from there"}


def test_a_required_parameter_that_cannot_be_filled_skips_the_operation() -> None:
    impossible = {"type": "integer", "minimum": 5, "maximum": 1}
    row = only_row(openapi(getting(query("q", impossible, required=True))))
    assert row["skip"].startswith("query parameter q: no integer")
    assert set(row) == {"name", "method", "url", "journey", "role", "skip"}


@pytest.mark.parametrize("text", ["string", "{id}", "<string>", "YOUR_API_KEY"])
def test_a_placeholder_is_no_example(text: str) -> None:
    for shape in ({"example": text, "schema": TEXT}, {"schema": {**TEXT, "example": text}}):
        row = only_row(openapi(getting({"name": "q", "in": "query", "required": True, **shape})))
        assert row["params"][0]["gen"]["make"] == "text"


LARGE = 1234567890123456789


def test_whole_numbers_that_javascript_cannot_hold_are_texts_or_not_sent() -> None:
    snow = {"type": "integer", "format": "int64", "example": LARGE}
    for schema in (snow, {"type": "integer", "enum": [LARGE]}, {"type": "integer", "const": LARGE}):
        row = only_row(openapi(getting(query("q", schema)), "3.1.0"))
        assert row["params"][0]["gen"] == {"const": str(LARGE)}
    table = compiled(
        openapi(posting({"type": "object", "required": ["a"], "properties": {"a": snow}}))
    )
    assert samples(table, body_of(table.rows[0]))[0]["a"] < 2**53
    assert "skip" in only_row(openapi(posting({"type": "integer", "enum": [LARGE]})))


def test_styles_are_there_when_they_are_not_the_usual_ones() -> None:
    array = {"type": "array", "items": {"enum": ["a"]}}
    deep = {"type": "object", "required": ["a"], "properties": {"a": {"enum": ["x"]}}}
    row = only_row(
        openapi(
            getting(
                query("usual", array, required=True),
                query("comma", array, required=True, explode=False),
                query("pipes", array, required=True, style="pipeDelimited"),
                query("deep", deep, required=True, style="deepObject", explode=True),
                query("reserved", {"enum": ["a/b"]}, required=True, allowReserved=True),
                {
                    "name": "json",
                    "in": "query",
                    "required": True,
                    "content": {"application/json": {"schema": deep}},
                },
                {"name": "sid", "in": "cookie", "required": True, "schema": {"enum": ["c"]}},
                {"name": "X-Header", "in": "header", "required": True, "schema": {"enum": ["h"]}},
                {"name": "Authorization", "in": "header", "required": True, "schema": TEXT},
                {"name": "Accept", "in": "header", "required": True, "schema": TEXT},
                {"name": "accept", "in": "header", "required": True, "schema": {"enum": ["a/b"]}},
                query("spread", {**deep, "required": ["a"]}),
            )
        )
    )
    shown = {
        p["name"]: {key: p[key] for key in p if key not in {"in", "name", "gen"}}
        for p in row["params"]
    }
    assert shown == {
        "usual": {},
        "comma": {"style": "form", "explode": False},
        "pipes": {"style": "pipeDelimited", "explode": False},
        "deep": {"style": "deepObject", "explode": True},
        "reserved": {"reserved": True},
        "json": {"json": True},
        "sid": {},
        "X-Header": {},
        "accept": {},
        "spread": {},
    }


def test_headers_that_cannot_be_sent_are_noted() -> None:
    names = {
        "Host": "k6 sets the header Host itself",
        "content-length": "k6 sets the header content-length itself",
        "X Bad": "X Bad is not a valid header name",
        "X-\u00e9": "X-\u00e9 is not a valid header name",
    }
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"enum": ["1"]}}
        for name in [*names, "X-Good"]
    ]
    cookie = {"name": "a;b", "in": "cookie", "required": True, "schema": TEXT}
    agent = {"name": "User-Agent", "in": "header", "required": True, "schema": TEXT}
    document = openapi(getting(*headers, cookie, agent))
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X Key"}}
    document["components"] = {"securitySchemes": schemes}
    table = compiled(document)
    assert [parameter["name"] for parameter in table.rows[0]["params"]] == ["X-Good"]
    assert {*notes(table).values()} == {
        *names.values(),
        "a;b is not a valid cookie name",
        "k6 sets the header User-Agent itself",
        "security schemes of type apiKey with an invalid header name are not supported",
    }


def test_swagger_parameters_have_their_schema_inside() -> None:
    ids = {
        "name": "ids",
        "in": "query",
        "required": True,
        "type": "array",
        "items": {"enum": [1, 2]},
    }
    plain = {"name": "q", "in": "query", "required": True, "type": "string", "enum": ["a"]}
    row = only_row(
        swagger(
            getting(
                ids,
                {**ids, "name": "many", "collectionFormat": "multi"},
                plain,
                {**ids, "name": "X-Ids", "in": "header", "collectionFormat": "pipes"},
                {**ids, "name": "X-Csv", "in": "header", "collectionFormat": "csv"},
            )
        )
    )
    shown = [(p["name"], p.get("style"), p.get("explode")) for p in row["params"]]
    assert shown == [
        ("ids", "form", False),
        ("many", None, None),
        ("q", "form", False),
        ("X-Ids", "pipeDelimited", False),
        ("X-Csv", None, None),
    ]
    assert row["params"][2]["gen"] == {"const": "a"}


# --- bodies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "kind", "sent"),
    [
        ("application/json; charset=utf-8", "json", "application/json"),
        ("application/vnd.api+json", "json", "application/vnd.api+json"),
        ("application/json-patch+json", "json", "application/json-patch+json"),
        ("*/*", "json", "application/json"),
        ("application/x-www-form-urlencoded", "form", "application/x-www-form-urlencoded"),
        ("multipart/form-data", "multipart", "multipart/form-data"),
    ],
)
def test_a_body_is_sent_as_its_media_type_says(media_type: str, kind: str, sent: str) -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": TEXT}}
    (entry,) = only_row(openapi(posting(schema, media_type)))["body"]["types"]
    assert (entry["kind"], entry["type"]) == (kind, sent)


def test_json_comes_before_forms() -> None:
    schema = {"schema": {"type": "object", "properties": {"a": TEXT}}}
    content = {"multipart/form-data": schema, "application/xml": schema, "application/json": schema}
    body = {"content": content}
    row = only_row(openapi({"/x": {"post": {"requestBody": body, "responses": OK}}}))
    assert [entry["kind"] for entry in row["body"]["types"]] == ["json", "multipart"]
    assert "required" not in row["body"]


def test_files_are_small_generated_ones() -> None:
    binary = {"type": "string", "format": "binary"}
    schema = {
        "type": "object",
        "required": ["doc", "many"],
        "properties": {"doc": binary, "many": {"type": "array", "items": binary}, "note": TEXT},
    }
    made = body_of(only_row(openapi(posting(schema, "multipart/form-data"))), "multipart")
    assert made["required"]["doc"] == {
        "make": "file",
        "name": "upload.txt",
        "type": "text/plain",
        "size": 64,
    }
    assert made["required"]["many"]["items"][0]["make"] == "file"


def test_swagger_form_data_with_a_file_is_multipart() -> None:
    parameters = [
        {"name": "picture", "in": "formData", "type": "file", "required": True},
        {"name": "title", "in": "formData", "type": "string"},
    ]
    row = only_row(swagger({"/x": {"post": {"parameters": parameters, "responses": OK}}}))
    made = body_of(row, "multipart")
    assert made["required"]["picture"]["type"] == "image/png"
    assert "title" in made["optional"]


def test_form_fields_keep_their_encoding() -> None:
    deep = {"type": "object", "required": ["b"], "properties": {"b": TEXT}}
    schema = {"type": "object", "required": ["a"], "properties": {"a": deep}}
    encoding = {"a": {"style": "deepObject", "explode": True}}
    row = only_row(openapi(posting(schema, "application/x-www-form-urlencoded", encoding=encoding)))
    assert row["body"]["types"][0]["fields"] == encoding


def test_a_form_takes_those_alternatives_that_are_objects() -> None:
    kind = "application/x-www-form-urlencoded"
    examples = {"a": {"value": {"x": 1}}, "b": {"value": {"x": 2}}}
    table = compiled(openapi(posting({"type": "object"}, kind, examples=examples)))
    values = samples(table, body_of(table.rows[0], "form"), 20)
    assert {value["x"] for value in values} == {1, 2}
    thing = {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}
    table = compiled(openapi(posting({"oneOf": [{"type": "string"}, thing]}, kind)))
    assert all("x" in value for value in samples(table, body_of(table.rows[0], "form"), 20))


def test_a_form_is_never_empty() -> None:
    row = only_row(openapi(posting({"type": "object"}, "application/x-www-form-urlencoded")))
    table = compiled(openapi(posting({"type": "object"}, "application/x-www-form-urlencoded")))
    assert all(samples(table, body_of(row, "form")))


def test_xml_without_an_example_is_skipped_and_with_one_sent() -> None:
    row = only_row(openapi(posting({"type": "object"}, "application/xml")))
    assert row["skip"] == "body: application/xml: bodies of this media type are not supported"
    row = only_row(openapi(posting({"type": "object"}, "application/xml", example="<a/>")))
    assert body_of(row, "text") == {"const": "<a/>"}


@pytest.mark.parametrize(("form", "kind"), [("binary", "binary"), ("pem", "text")])
def test_texts_and_files_of_unheard_types_are_sent_as_they_are(form: str, kind: str) -> None:
    schema = {"type": "string", "format": form}
    (entry,) = only_row(openapi(posting(schema, "application/pkix-cert")))["body"]["types"]
    assert (entry["type"], entry["kind"]) == ("application/pkix-cert", kind)


def test_an_optional_body_that_cannot_be_made_is_left_out() -> None:
    body = {"content": {"application/xml": {"schema": TEXT}}}
    table = compiled(openapi({"/x": {"post": {"requestBody": body, "responses": OK}}}))
    assert "body" not in table.rows[0]
    assert "never sent" in notes(table)["#/paths/~1x/post/requestBody"]


def test_paths_may_be_a_reference() -> None:
    document = openapi({"$ref": "#/components/x"})
    document["components"] = {"x": {"/a": {"get": {"responses": OK}}}}
    assert only_row(document)["name"] == "GET /a"


def test_references_lead_through_references_and_to_anchors() -> None:
    schemas: Any = {
        "All": {"$ref": "#/components/schemas/Far"},
        "Far": {"properties": {"x": {"const": 7}}},
        "Named": {"$anchor": "pet", "const": 8},
        "Loop": {"$ref": "#/components/schemas/Loop/x"},
    }
    schemas["Listed"] = {"oneOf": [{"const": 5}, {"const": 6}]}
    places = {
        "#/components/schemas/All/properties/x": {"const": 7},
        "#/components/schemas/Listed/oneOf/1": {"const": 6},
        "#/components/schemas/Listed/oneOf/2": None,
        "#/components/schemas/Listed/oneOf/x": None,
        "#pet": {"const": 8},
        "#/components/schemas/Loop/x": None,
        "#nobody": None,
    }
    for place, gen in places.items():
        document = openapi(posting({"$ref": place}), "3.1.0", components={"schemas": schemas})
        row = only_row(document)
        assert (body_of(row) if gen else row.get("body")) == gen


def test_alternatives_that_are_never_sent_are_noted() -> None:
    schemas: Any = {
        name: {"type": "object", "required": ["k"], "properties": {"k": {"enum": [name]}}}
        for name in "ABCDEF"
    }
    ways = [{"$ref": f"#/components/schemas/{name}"} for name in "ABCDEF"]
    schemas["Any"] = {"oneOf": ways, "discriminator": {"propertyName": "k"}}
    document = openapi(
        posting({"$ref": "#/components/schemas/Any"}), components={"schemas": schemas}
    )
    assert notes(compiled(document))["#/components/schemas/Any"].endswith("never sent: E and F")


def test_what_stands_beside_the_reference_of_a_path_counts_as_well() -> None:
    item = {"$ref": "#/components/pathItems/a", "get": {"operationId": "own"}}
    far = {"a": {"post": {"responses": OK}, "get": {"operationId": "far"}}}
    table = compiled(openapi({"/a": item}, components={"pathItems": far}))
    assert [row["name"] for row in table.rows] == ["GET /a", "POST /a"]
    assert row_of(table, "GET /a")["id"] == "own"


def test_methods_in_capitals_are_read_and_noted() -> None:
    table = compiled(openapi({"/a": {"GET": {"responses": OK}, "Post": {}, "post": {}}}))
    assert [row["name"] for row in table.rows] == ["GET /a", "POST /a"]
    assert set(notes(table)) == {"#/paths/~1a/GET", "#/paths/~1a/Post"}


def test_what_is_broken_takes_nothing_else_of_its_path_along() -> None:
    path = {"get": "no", "head": {"$ref": "#/nope"}, "post": {"requestBody": 5}, "put": None}
    schemes = {"a": {"$ref": "#/nope"}, "b": "no", "c": {"type": "http", "scheme": "basic"}}
    more: Any = {"components": {"securitySchemes": schemes}, "security": [{"a": []}, {"c": []}]}
    (row,) = compiled(openapi({"/a": path}, **more)).rows
    assert (row["name"], row["auth"], row.get("body")) == ("POST /a", [["c"]], None)


def test_callbacks_are_noted() -> None:
    table = compiled(openapi({"/a": {"post": {"callbacks": {"done": {}}, "responses": OK}}}))
    assert "the service sends" in notes(table)["#/paths/~1a/post/callbacks"]


def test_operations_by_reference() -> None:
    operation = {"operationId": "op", "responses": OK}
    document = openapi({"/x": {"get": {"$ref": "#/x-operations/op"}}})
    document["x-operations"] = {"op": operation}
    assert only_row(document)["id"] == "op"


def test_bodies_and_responses_by_reference() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"enum": ["x"]}}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}
    components = {
        "schemas": {"S": schema},
        "requestBodies": {"B": {"required": True, "content": content}},
        "responses": {"R": {"description": "", "content": content}},
    }
    operation = {
        "requestBody": {"$ref": "#/components/requestBodies/B"},
        "responses": {"201": {"$ref": "#/components/responses/R"}},
    }
    table = compiled(openapi({"/x": {"put": operation}}, components=components))
    (row,) = table.rows
    assert samples(table, body_of(row)) == [{"a": "x"}] * 5
    assert row["responses"]["201"] == {
        "types": ["application/json"],
        "is": "object",
        "required": ["/a"],
    }


def test_media_type_examples_come_first_and_lose_read_only_parts() -> None:
    schema = {
        "type": "object",
        "properties": {"id": {"type": "integer", "readOnly": True}, "a": {"type": "integer"}},
    }
    examples = {"bad": {"value": {"a": "x"}}, "good": {"value": {"id": 1, "a": 5}}}
    row = only_row(openapi(posting(schema, examples=examples)))
    assert body_of(row) == {"const": {"a": 5}}


# --- responses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "ok"),
    [
        (["200", "404"], ["200"]),
        (["204 NO_CONTENT"], ["204"]),
        (["2xx", "default"], ["2XX"]),
        (["302"], ["2XX", "302"]),
        (["default"], ["2XX"]),
        (["OK", "x-more"], ["2XX"]),
        (["x-more", "OK", "201"], ["201"]),
        ([], ["2XX"]),
    ],
)
def test_the_statuses_that_are_fine(keys: list[str], ok: list[str]) -> None:
    answers = {key: {"description": "d"} for key in keys}
    assert only_row(openapi({"/x": {"get": {"responses": answers}}}))["ok"] == ok


def test_yaml_writes_statuses_as_numbers() -> None:
    paths = {"/x": {"get": {"responses": {200: {"description": "d"}}}}}
    assert only_row(openapi(paths))["ok"] == ["200"]


# --- credentials --------------------------------------------------------------------------------

SCHEMES = {
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "oauth": {"type": "oauth2", "flows": {}},
    "key": {"type": "apiKey", "in": "query", "name": "k"},
    "hawk": {"type": "http", "scheme": "Hawk"},
    "mutual": {"type": "mutualTLS"},
    "odd": {"type": "x509"},
}


def test_credentials_are_alternatives_of_combinations() -> None:
    security = [{"basic": []}, {"bearer": ["x"], "key": []}, {"hawk": []}, {"mutual": []}, {}]
    paths = {"/x": {"get": {"security": security, "responses": OK}}}
    table = compiled(openapi(paths, components={"securitySchemes": SCHEMES}))
    assert table.rows[0]["auth"] == [
        ["basic"],
        ["bearer", "key"],
        ["hawk"],
        ["mutual"],
        [],
    ]
    assert table.header["schemes"] == {
        "basic": {"type": "basic"},
        "bearer": {"type": "bearer"},
        "key": {"type": "apiKey", "in": "query", "name": "k"},
        "hawk": {"type": "http", "what": "hawk"},
        "mutual": {"type": "tls"},
    }
    assert "x509" in notes(table)["#/components/securitySchemes/odd"]


def test_security_of_the_document_counts_unless_an_operation_has_its_own() -> None:
    paths = {
        "/a": {"get": {"responses": OK}},
        "/b": {"get": {"responses": OK, "security": []}},
        "/c": {"get": {"responses": OK, "security": [{"unheard": []}]}},
    }
    table = compiled(
        openapi(paths, security=[{"oauth": []}], components={"securitySchemes": SCHEMES})
    )
    assert row_of(table, "GET /a")["auth"] == [["oauth"]]
    assert "auth" not in row_of(table, "GET /b")
    assert "auth" not in row_of(table, "GET /c")
    assert "unheard" in notes(table)["#/paths/~1c/get/security"]


@pytest.mark.parametrize(
    ("header", "is_credential"),
    [
        ({"schema": TEXT}, True),
        ({"schema": True}, True),
        ({"schema": {**TEXT, "enum": ["a"]}}, False),
        ({"schema": {**TEXT, "default": "a"}}, False),
        ({"schema": TEXT, "example": "a"}, False),
        ({"schema": TEXT, "name": "X-Other"}, False),
    ],
)
def test_a_parameter_that_holds_a_credential_comes_from_the_environment(
    header: Any, is_credential: bool
) -> None:
    listed = {"name": "X-Api-Key", "in": "header", "required": True, **header}
    row = only_row(openapi(getting(listed), "3.1.0"))
    assert row.get("auth", []) == [["X-Api-Key"]] * is_credential
    assert ("params" in row) is not is_credential


def test_a_credential_goes_by_the_scheme_that_sends_it() -> None:
    schemes = {
        "basic": {"type": "http", "scheme": "basic"},
        "key": {"type": "apiKey", "in": "query", "name": "API_KEY"},
        "hawk": {"type": "http", "scheme": "Hawk"},
    }
    own = {"name": "Authorization", "in": "header", "required": True, "schema": TEXT}
    maybe = query("api_key", TEXT)
    cookie = {"name": "api-key", "in": "cookie", "required": True, "schema": TEXT}
    paths = {
        "/own": {"get": {"parameters": [own], "responses": OK}},
        "/maybe": {"get": {"parameters": [maybe], "responses": OK}},
        "/more": {"get": {"parameters": [cookie], "responses": OK, "security": [{"hawk": []}]}},
        "/known": {"get": {"parameters": [maybe], "responses": OK, "security": [{"hawk": []}]}},
    }
    table = compiled(openapi(paths, components={"securitySchemes": schemes}))
    assert {row["name"][4:]: row["auth"] for row in table.rows} == {
        "/own": [["basic"]],
        "/maybe": [["key"], []],
        "/more": [["hawk", "api-key"]],
        "/known": [["hawk"]],
    }


def test_swagger_security_definitions() -> None:
    more = {"securityDefinitions": {"b": {"type": "basic"}}, "security": [{"b": []}]}
    table = compiled(swagger(getting(), **more))
    assert table.header["schemes"] == {"b": {"type": "basic"}}


# --- broken documents ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "#: the document is an array"),
        ("text", "#: the document is a string"),
        (True, "#: the document is a boolean"),
        (7.5, "#: the document is a number"),
        (None, "#: the document is null"),
        ({}, "no version in `openapi` or `swagger`"),
        ({"openapi": "4.0.0"}, "#/openapi: version '4.0.0'"),
        ({"swagger": 1.2}, "#/swagger: version '1.2'"),
        (openapi({}), "#/paths: the document holds no operation"),
        ({"openapi": "3.1.0", "webhooks": {"a": {"post": {}}}}, "; #/webhooks: webhooks"),
        ({"openapi": "3.0.0", "paths": []}, "#/paths: expected an object, found an array"),
        ({"openapi": "3.0.0", "paths": {"$ref": "#/x"}}, "#/paths: reference to a missing target"),
    ],
)
def test_what_is_no_document_is_refused_with_the_place(document: Any, message: str) -> None:
    with pytest.raises(BadDocument, match="#") as refusal:
        compiled(document)
    assert message in str(refusal.value)


BROKEN = [
    ({"paths": {"/x": []}}, "#/paths/~1x"),
    ({"paths": {"/x": {"get": "no"}}}, "#/paths/~1x/get"),
    ({"paths": {"/x": {"get": {"parameters": {"a": 1}}}}}, "#/paths/~1x/get/parameters"),
    ({"paths": {"/x": {"get": {"parameters": [{"in": "query"}]}}}}, "#/paths/~1x/get/parameters/0"),
    (
        {"paths": {"/x": {"get": {"parameters": [{"$ref": "#/nope"}]}}}},
        "#/paths/~1x/get/parameters/0",
    ),
    ({"paths": {"/x": {"$ref": "paths.yaml#/x"}}}, "#/paths/~1x"),
    ({"paths": {"/x": {"get": {"responses": []}}}}, "#/paths/~1x/get/responses"),
    ({"paths": {"/x": {"get": {"responses": {"OK": {}}}}}}, "#/paths/~1x/get/responses/OK"),
    ({"paths": {"x": {"get": {}}}}, "#/paths/x/get"),
    ({"components": {"securitySchemes": []}}, "#/components/securitySchemes"),
    ({"webhooks": {"a": {}}}, "#/webhooks"),
]


@pytest.mark.parametrize(("part", "at"), BROKEN, ids=[at for _, at in BROKEN])
def test_what_is_broken_is_listed_with_its_place_and_the_rest_works(part: Any, at: str) -> None:
    document = openapi({"/fine": {"get": {"responses": OK}}})
    paths = part.get("paths")
    merged = {**document["paths"], **paths} if isinstance(paths, dict) else document["paths"]
    table = compiled({**document, **part, "paths": merged})
    assert at in notes(table)
    assert row_of(table, "GET /fine")["ok"] == ["200"]


@pytest.mark.parametrize("value", [None, True, 7, "text", [], {}, [None], {"a": None}, {"$ref": 5}])
@pytest.mark.parametrize(
    "key",
    "info servers security tags paths components parameters requestBody responses schema content"
    " properties items allOf oneOf required enum example examples default type format".split(),
)
def test_no_value_in_any_place_breaks_the_compiler(key: str, value: Any) -> None:
    schema: Any = {"type": "object", "properties": {"a": {"type": "array", "items": TEXT}}}
    operation: Any = {
        "parameters": [query("q", TEXT)],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
    }
    document = openapi({"/fine": {"get": {"responses": OK}}, "/x": {"post": operation}})
    places: list[Any] = [
        document,
        operation,
        schema,
        schema["properties"]["a"],
        operation["requestBody"],
    ]
    places += [operation["parameters"][0], operation["responses"]["200"], document["paths"]["/x"]]
    for place in places:
        before = dict(place)
        place[key] = value
        try:
            compiled(document)
        except BadDocument:
            assert place is document
        place.clear()
        place.update(before)
    tables.clear()  # 1,800 of them


def form(properties: Any, **media: Any) -> Any:
    schema = {"type": "object", "properties": properties, "required": ["must"]}
    row = only_row(openapi(posting(schema, "application/x-www-form-urlencoded", **media)))
    return row["body"]["types"][0]["gen"]


LISTS = {
    "must": {"type": "array", "items": TEXT},
    "may": {"type": "array", "items": TEXT},
    "plain": TEXT,
}


def test_forms_have_no_lists_that_nobody_asks_for() -> None:
    made = form(LISTS)
    assert made["required"]["must"]["min"] == 2
    assert set(made["optional"]) == {"plain"}
    assert set(form(LISTS, encoding={"may": {"style": "form"}})["optional"]) == {"may", "plain"}


def test_forms_have_no_lists_of_examples_either() -> None:
    made = form(LISTS, example={"must": ["a"], "may": ["b"], "plain": "c"})
    assert set(made["required"]) == {"must", "plain"}


def test_forms_have_lists_of_files_all_the_same() -> None:
    """Each file is a part of its own."""
    file = {**TEXT, "format": "binary"}
    pair = {"type": "array", "prefixItems": [TEXT, TEXT], "minItems": 2, "maxItems": 2}
    properties = {"files": {"type": "array", "items": file}, "pair": pair, "a": TEXT}
    schema = {"type": "object", "properties": properties}
    table = compiled(openapi(posting(schema, "multipart/form-data"), "3.1.0"))
    assert set(body_of(table.rows[0], "multipart")["optional"]) == {"a", "files"}


def test_a_documented_accept_header_goes_with_the_declared_types() -> None:
    own: Any = {"name": "Accept", "in": "header", "schema": {"type": "string", "default": "a/v2"}}
    content = {"application/json": {"schema": TEXT}}
    answers = {"200": {"description": "d", "content": content}}
    get = {"parameters": [own], "responses": answers}
    row = only_row(openapi({"/x": {"get": get}}))
    assert row["params"][0]["gen"] == {"const": "a/v2, application/json"}


@pytest.mark.parametrize(
    ("name", "schema", "sent"),
    [
        ("Accept", {"enum": ["a/v2"]}, "a/v2"),
        ("Accept", {"enum": ["a/v2", "a/v3"]}, ["a/v2", "a/v3"]),
        ("Accept", {**TEXT, "pattern": "^a/", "example": "a/v2"}, "a/v2"),
        ("Content-Type", {**TEXT, "default": "a/v2"}, "a/v2"),
    ],
)
def test_a_header_that_the_document_fixes_stays(name: str, schema: Any, sent: Any) -> None:
    content = {"application/json": {"schema": TEXT}}
    answers = {"200": {"description": "d", "content": content}}
    own = {"name": name, "in": "header", "required": True, "schema": schema}
    row = only_row(openapi({"/x": {"get": {"parameters": [own], "responses": answers}}}))
    (made,) = row["params"][0]["gen"].values()
    assert made == sent


@pytest.mark.parametrize(
    ("schema", "is_sent"),
    [
        ({"oneOf": [{"type": "object", "required": ["a"], "properties": {"a": TEXT}}, TEXT]}, True),
        ({"oneOf": [TEXT, {"type": "array", "items": TEXT}]}, False),
        ({"enum": [{"a": "b"}, {"a": "c"}, "d"]}, True),
        ({"oneOf": [TEXT, {"type": "object", "maxProperties": 0}]}, True),
        (TEXT, False),
        ({"type": "object", "additionalProperties": False}, True),
    ],
)
def test_only_objects_are_sent_as_forms(schema: Any, is_sent: bool) -> None:
    table = compiled(openapi(posting(schema, "application/x-www-form-urlencoded")))
    (row,) = table.rows
    assert ("body" in row) is is_sent
    if is_sent:
        values = samples(table, body_of(row, "form"), 20)
        assert all(isinstance(value, dict) for value in values)
        assert any(values) is (schema.get("additionalProperties") is not False)


def test_values_that_would_be_huge_are_not_made() -> None:
    lists: Any = {"type": "string"}
    for _ in range(40):
        lists = {"type": "array", "items": lists, "minItems": 2}
    assert "more than 20000 parts" in only_row(openapi(posting(lists)))["skip"]
    assert "skip" in only_row(openapi(posting({"type": "array", "minItems": 1_000_000_000})))


def test_an_answer_that_is_a_file_has_no_shape() -> None:
    answer = {"description": "a file", "content": {"*/*": {"schema": {**TEXT, "format": "binary"}}}}
    row = only_row(openapi({"/file": {"get": {"responses": {"200": answer}}}}))
    assert row["responses"] == {"200": {"types": ["*/*"]}}


@pytest.mark.parametrize(
    ("range_", "sent"),
    [
        ("text/*", "text/plain"),
        ("image/*", "image/png"),
        ("video/*", "video/mp4"),
        ("application/*+json", "application/json"),
    ],
)
def test_a_range_of_media_types_becomes_one_of_them(range_: str, sent: str) -> None:
    row = only_row(openapi(posting(TEXT, range_)))
    assert [entry["type"] for entry in row["body"]["types"]] == [sent]


def test_parts_have_the_type_that_the_document_wants() -> None:
    file = {**TEXT, "format": "binary"}
    schema = {"type": "object", "required": ["a", "b"], "properties": {"a": file, "b": file}}
    encoding = {"a": {"contentType": "image/*, text/csv"}, "b": {"contentType": "*/*"}}
    row = only_row(openapi(posting(schema, "multipart/*", encoding=encoding)))
    (entry,) = row["body"]["types"]
    assert entry["type"] == "multipart/form-data"
    assert entry["fields"] == {"a": {"type": "image/png"}}
