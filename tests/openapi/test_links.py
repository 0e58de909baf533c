"""Which operation gives the id that another needs, their order, what undoes what."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import ANY

import pytest
from openapi_table.table import Table

from tests.openapi.compiling import OK, body_of, compiled, openapi, row_of
from tests.support.option_sets import DOCUMENTS


def answer(schema: Any, status: str = "200", **more: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {status: {"description": "d", "content": content, **more}}


def thing(*names: str, kind: str = "integer") -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": kind} for name in names}}


def resource(path: str, parameter: str, *, created: Any, listed: Any, kind: str = "integer") -> Any:
    key = {"name": parameter, "in": "path", "required": True, "schema": {"type": kind}}
    item = {"parameters": [key], "get": {"responses": OK}, "delete": {"responses": OK}}
    collection = {
        "post": {"responses": answer(created, "201")},
        "get": {"responses": answer(listed)},
    }
    return {path: collection, f"{path}/{{{parameter}}}": item}


def shop() -> Table:
    return compiled(json.loads((DOCUMENTS / "shop.json").read_text(encoding="utf-8")))


# Where the id of a pet is looked for in an answer that the document does not describe.
UNDOCUMENTED = ["header:location", "search:pet,petid,id,uuid,guid,uid"]

LISTS: list[tuple[str, Any, Any, list[str], list[str]]] = [
    ("petId", thing("id"), {"type": "array", "items": thing("id")}, ["/id"], ["/*/id"]),
    (
        "pet_id",
        thing("petId"),
        {"type": "array", "items": thing("pet_id")},
        ["/petId"],
        ["/*/pet_id"],
    ),
    (
        "id",
        {"type": "object", "properties": {"data": thing("id")}},
        {"type": "object", "properties": {"items": {"type": "array", "items": thing("id")}}},
        ["/data/id"],
        ["/items/*/id"],
    ),
    (
        "pet",
        {"type": "object", "properties": {"pet": thing("_id")}},
        {"type": "object", "properties": {"pets": {"type": "array", "items": thing("uuid")}}},
        ["/pet/_id"],
        ["/pets/*/uuid"],
    ),
    ("pk", thing("id"), {"type": "array", "items": thing("pk")}, ["/id"], ["/*/pk"]),
    # As frameworks document what has no declared type
    ("petId", {}, {}, UNDOCUMENTED, UNDOCUMENTED[1:]),
]


@pytest.mark.parametrize(("parameter", "created", "listed", "made", "found"), LISTS)
def test_creates_and_lists_give_the_id(
    parameter: str, created: Any, listed: Any, made: list[str], found: list[str]
) -> None:
    table = compiled(openapi(resource("/pets", parameter, created=created, listed=listed)))
    (slot,) = row_of(table, "POST /pets")["gives"]
    assert row_of(table, "POST /pets")["gives"][slot][: len(made)] == made
    assert row_of(table, "GET /pets")["gives"] == {slot: found}
    read = row_of(table, f"GET /pets/{{{parameter}}}")
    assert read["params"][0]["gen"]["bind"] == slot
    assert read["needs"] == {slot: ["POST /pets", "GET /pets"]}
    assert row_of(table, "POST /pets")["undo"] == f"DELETE /pets/{{{parameter}}}"


def test_an_id_of_another_kind_is_not_taken() -> None:
    paths = resource("/pets", "petId", created=thing("id", kind="boolean"), listed=thing("x"))
    table = compiled(openapi(paths))
    # A create without an id in its documented answer may still name it.
    assert row_of(table, "POST /pets")["gives"] == {"/pets#id": UNDOCUMENTED}
    assert "gives" not in row_of(table, "GET /pets")


def test_the_location_header_gives_the_id() -> None:
    paths = resource("/pets", "petId", created=thing("x"), listed=thing("x"))
    paths["/pets"]["post"]["responses"] = {"201": {"headers": {"Location": {}}}}
    assert row_of(compiled(openapi(paths)), "POST /pets")["gives"] == {"/pets#id": UNDOCUMENTED}


def test_a_key_that_the_client_chooses_is_taken_from_the_request() -> None:
    paths = resource("/users", "username", created={}, listed={}, kind="string")
    body = {"content": {"application/json": {"schema": thing("username", kind="string")}}}
    paths["/users"]["post"] = {"requestBody": body, "responses": OK}
    table = compiled(openapi(paths))
    (places,) = row_of(table, "POST /users")["gives"].values()
    assert places == ["header:location", "search:user,username", "request:/username"]


def test_the_links_of_the_document_come_first() -> None:
    table = shop()
    assert row_of(table, "POST /orders")["gives"]["/orders#id"][0] == "/number"


def test_a_property_is_bound_to_the_thing_it_names() -> None:
    table = shop()
    order = table.shared["NewOrder"]
    assert order["required"]["product_id"]["bind"] == "/products#id"
    assert row_of(table, "POST /orders")["needs"] == {
        "/products#id": ["POST /products", "GET /products"]
    }


def test_an_example_of_a_bound_id_is_only_for_when_there_is_none() -> None:
    paths = resource("/pets", "petId", created=thing("id"), listed={})
    paths["/pets/{petId}"]["parameters"][0]["example"] = 42
    read = row_of(compiled(openapi(paths)), "GET /pets/{petId}")
    fits = {"type": "integer"}
    assert read["params"][0]["gen"] == {"bind": "/pets#id", "else": {"const": 42}, "fits": fits}


@pytest.mark.parametrize(
    ("schema", "fits"),
    [
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 1}),
        ({"type": "string"}, None),
        ({"type": "string", "pattern": "^[A-Z]+$"}, {"patterns": ["^[A-Z]+$"]}),
        ({"type": "string", "maxLength": 9, "pattern": "^(?!x)"}, {"maxLength": 9}),
        ({"type": "string", "format": "uuid"}, {"patterns": [ANY]}),
    ],
)
def test_an_id_has_to_be_what_the_parameter_asks_for(schema: Any, fits: Any) -> None:
    paths = resource("/pets", "petId", created=thing("id"), listed={})
    paths["/pets/{petId}"]["parameters"][0]["schema"] = schema
    read = row_of(compiled(openapi(paths)), "GET /pets/{petId}")
    assert read["params"][0]["gen"].get("fits") == fits


def test_an_id_in_a_query_or_header_is_that_of_the_thing_it_names() -> None:
    paths = resource("/pets", "petId", created=thing("id"), listed={})
    kinds = {"query": "integer", "header": "string", "cookie": "boolean"}
    listed = [
        {"name": "pet_id", "in": place, "required": True, "schema": {"type": kind}}
        for place, kind in kinds.items()
    ]
    paths["/visits"] = {"get": {"parameters": listed, "responses": OK}}
    key = {"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}}
    paths["/reports/{petId}"] = {"get": {"parameters": [key], "responses": OK}}
    table = compiled(openapi(paths))
    (report,) = row_of(table, "GET /reports/{petId}")["params"]
    assert report["gen"]["bind"] == "/pets#id"
    row = row_of(table, "GET /visits")
    bound = {item["in"]: item["gen"].get("bind") for item in row["params"]}
    assert bound == {"query": "/pets#id", "header": "/pets#id", "cookie": None}
    assert row["needs"] == {"/pets#id": ["POST /pets", "GET /pets"]}


def test_an_id_in_a_body_has_its_type() -> None:
    paths = resource("/pets", "petId", created=thing("id"), listed={})
    body = {"type": "object", "required": ["pet_id"], "properties": {"pet_id": {"type": "string"}}}
    content = {"application/json": {"schema": body}}
    paths["/visits"] = {"post": {"requestBody": {"content": content}, "responses": OK}}
    visit = body_of(row_of(compiled(openapi(paths)), "POST /visits"))
    assert visit["required"]["pet_id"]["fits"] == {"type": "string"}


@pytest.mark.parametrize("last", ["/pet/{petId}", "/pet/findByStatus"])
def test_a_list_elsewhere_gives_ids_by_its_schema(last: str) -> None:
    pet = {"$ref": "#/components/schemas/Pet"}
    key = {"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}}
    paths = {
        "/ping": {"get": {"responses": OK}},
        "/pet/findByStatus": {"get": {"responses": answer({"type": "array", "items": pet})}},
        "/pet/{petId}": {"parameters": [key], "get": {"responses": answer(pet)}},
    }
    paths[last] = paths.pop(last)
    table = compiled(openapi(paths, components={"schemas": {"Pet": thing("id")}}))
    assert row_of(table, "GET /pet/{petId}")["needs"] == {"/pet#id": ["GET /pet/findByStatus"]}


def test_an_update_without_an_id_in_its_path_has_it_in_its_body() -> None:
    pet = {"$ref": "#/components/schemas/Pet"}
    body = {"content": {"application/json": {"schema": pet}}}
    paths = resource("/pet", "petId", created=pet, listed=thing("x"))
    paths["/pet"]["put"] = {"requestBody": body, "responses": answer(pet)}
    table = compiled(openapi(paths, components={"schemas": {"Pet": thing("id", "age")}}))
    put = row_of(table, "PUT /pet")
    assert put["body"]["types"][0]["gen"]["required"]["id"]["bind"] == "/pet#id"
    assert put["needs"] == {"/pet#id": ["POST /pet"]}


def test_an_update_is_bound_by_the_property_that_the_documents_link_names() -> None:
    paths = resource("/pet", "petId", created=thing("id", "number"), listed={})
    link: Any = {"operationRef": "#/paths/~1pet~1{petId}/get"}
    link["parameters"] = {"petId": "$response.body#/number"}
    paths["/pet"]["post"]["responses"]["201"]["links"] = {"read": link}
    put = {"content": {"application/json": {"schema": thing("id", "number")}}}
    paths["/pet"]["put"] = {"requestBody": put, "responses": OK}
    table = compiled(openapi(paths))
    assert row_of(table, "POST /pet")["gives"]["/pet#id"][:2] == ["/number", "/id"]
    gen = body_of(row_of(table, "PUT /pet"))
    assert gen["required"]["number"]["bind"] == "/pet#id"


@pytest.mark.parametrize(
    ("body", "bound"),
    [
        (thing("id", "age"), {"id": "/pet#id"}),
        (thing("age"), {}),
        (
            {**thing("id", "petId"), "required": ["petId"]},
            dict.fromkeys(("id", "petId"), "/pet#id"),
        ),
        ({"type": "array", "items": thing("id")}, {}),
    ],
)
def test_an_update_is_bound_by_the_id_that_its_body_has(body: Any, bound: Any) -> None:
    paths = resource("/pet", "petId", created=thing("id"), listed={})
    put = {"content": {"application/json": {"schema": body}}}
    paths["/pet"]["put"] = {"requestBody": put, "responses": OK}
    gen = body_of(row_of(compiled(openapi(paths)), "PUT /pet"))
    required = gen.get("required", {})
    assert {key: node["bind"] for key, node in required.items() if "bind" in node} == bound


def test_parameters_that_share_a_segment_shift_no_others() -> None:
    keys = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in ("name", "ext", "versionId")
    ]
    versions = {"type": "array", "items": thing("id", kind="string")}
    path = "/files/{name}.{ext}/versions"
    paths = {
        path: {"get": {"parameters": keys[:2], "responses": answer(versions)}},
        path + "/{versionId}": {"get": {"parameters": keys, "responses": OK}},
    }
    row = row_of(compiled(openapi(paths)), f"GET {path}/{{versionId}}")
    made = {parameter["name"]: "bind" in parameter["gen"] for parameter in row["params"]}
    assert made == {"name": False, "ext": False, "versionId": True}


def test_rows_stand_in_the_order_in_which_to_run_them() -> None:
    names = [row["name"] for row in shop().rows]
    assert names == [
        "POST /products",
        "GET /products",
        "GET /products/{id}",
        "PATCH /products/{id}",
        "POST /products/{id}/picture",
        "DELETE /products/{id}",
        "POST /orders",
        "GET /orders",
        "GET /orders/{orderId}",
        "POST /orders/{orderId}/notes",
        "DELETE /orders/{orderId}",
    ]


def test_roles_say_what_an_operation_does() -> None:
    roles = {row["name"]: row["role"] for row in shop().rows}
    assert roles["POST /products"] == "create"
    assert roles["GET /products"] == "list"
    assert roles["GET /products/{id}"] == "read"
    assert roles["PATCH /products/{id}"] == "update"
    assert roles["DELETE /products/{id}"] == "delete"
    assert roles["POST /orders/{orderId}/notes"] == "action"


def test_a_collection_in_the_plural_holds_things_below_the_singular() -> None:
    paths = resource("/silences", "silenceID", created=thing("silenceID"), listed=thing("id"))
    paths["/silence/{silenceID}"] = paths.pop("/silences/{silenceID}")
    table = compiled(openapi(paths))
    create = row_of(table, "POST /silences")
    assert (create["role"], create["undo"]) == ("create", "DELETE /silence/{silenceID}")
    assert create["gives"]["/silences#id"][0] == "/silenceID"
    assert "POST /silences" in row_of(table, "GET /silence/{silenceID}")["needs"]["/silences#id"]


def test_nested_things_need_their_parents() -> None:
    paths = {
        **resource("/users", "userId", created=thing("id"), listed={}),
        **resource("/users/{userId}/keys", "keyId", created=thing("id"), listed={}),
    }
    user = {"name": "userId", "in": "path", "required": True, "schema": {"type": "integer"}}
    for path in list(paths)[2:]:
        paths[path].setdefault("parameters", []).append(user)
    table = compiled(openapi(paths))
    read = row_of(table, "GET /users/{userId}/keys/{keyId}")
    assert set(read["needs"]) == {"/users#id", "/users/{}/keys#id"}
    names = [row["name"] for row in table.rows]
    assert names.index("DELETE /users/{userId}/keys/{keyId}") < names.index(
        "DELETE /users/{userId}"
    )


def test_nothing_needs_an_operation_that_is_skipped() -> None:
    paths = resource("/pets", "petId", created=thing("id"), listed=thing("x"))
    impossible = {"type": "integer", "minimum": 2, "maximum": 1}
    paths["/pets"]["post"]["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": impossible}},
    }
    table = compiled(openapi(paths))
    assert "skip" in row_of(table, "POST /pets")
    assert "needs" not in row_of(table, "GET /pets/{petId}")


def test_every_operation_of_a_need_exists() -> None:
    table = shop()
    names = {row["name"] for row in table.rows}
    for row in table.rows:
        for givers in row.get("needs", {}).values():
            assert set(givers) <= names
        assert row.get("undo", row["name"]) in names
