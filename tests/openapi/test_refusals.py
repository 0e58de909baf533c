"""What refusals of web frameworks teach: the fields that they name are sent with other values."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.openapi.compiling import openapi
from tests.openapi.running import SCRIPT, Compiled
from tests.support.json_server import Answer, Received, serving_json

pytestmark = pytest.mark.slow

Json = dict[str, Any]
Fits = Callable[[Json], bool]

SHORT = "is too long (maximum is 5 characters)"
ONE_OF = "must be one of: a, b"


def is_a(body: Json) -> bool:
    return bool(body["kind"] == "a")


def is_short(body: Json) -> bool:
    return 0 < len(body["name"]) <= 5


def is_few(body: Json) -> bool:
    return bool(1 <= body["count"] <= 10)


def has_note(body: Json) -> bool:
    return bool(body.get("note"))


class Refusal(NamedTuple):
    """What a service answers as long as a body does not fit, as its documentation shows it."""

    fits: Fits
    content: Any


REFUSALS = {
    "fastapi": Refusal(
        is_a,
        {
            "detail": [
                {
                    "type": "enum",
                    "loc": ["body", "kind"],
                    "msg": "Input should be 'a' or 'b'",
                    "input": "x",
                    "ctx": {"expected": "'a' or 'b'"},
                }
            ]
        },
    ),
    "fastapi-missing": Refusal(
        has_note,
        {"detail": [{"type": "missing", "loc": ["body", "note"], "msg": "Field required"}]},
    ),
    "django-ninja": Refusal(
        is_a,
        {
            "detail": [
                {
                    "type": "literal_error",
                    "loc": ["body", "payload", "kind"],
                    "msg": "Input should be 'a' or 'b'",
                }
            ]
        },
    ),
    "spring": Refusal(
        is_a,
        {
            "timestamp": "2026-11-29T05:00:00.000+00:00",
            "status": 400,
            "error": "Bad Request",
            "message": "Validation failed for object='thing'. Error count: 1",
            "path": "/spring",
            "errors": [
                {
                    "codes": ["Pattern.thing.kind", "Pattern"],
                    "defaultMessage": "must be one of [a, b]",
                    "objectName": "thing",
                    "field": "kind",
                    "rejectedValue": "x",
                    "code": "Pattern",
                }
            ],
        },
    ),
    "spring-jackson": Refusal(
        is_a,
        {
            "status": 400,
            "error": "Bad Request",
            "message": "JSON parse error: Cannot deserialize value of type `com.example.Kind` from"
            ' String "x": not one of the values accepted for Enum class: [a, b] at [Source: ...]'
            ' (through reference chain: com.example.Thing["kind"])',
            "path": "/spring-jackson",
        },
    ),
    "quarkus": Refusal(
        is_few,
        {
            "title": "Constraint Violation",
            "status": 400,
            "violations": [
                {"field": "create.thing.count", "message": "must be less than or equal to 10"}
            ],
        },
    ),
    "micronaut": Refusal(
        is_short,
        {
            "message": "Bad Request",
            "_links": {"self": {"href": "/micronaut", "templated": False}},
            "_embedded": {"errors": [{"message": "thing.name: size must be between 2 and 5"}]},
        },
    ),
    "aspnet": Refusal(
        is_short,
        {
            "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
            "title": "One or more validation errors occurred.",
            "status": 400,
            "errors": {
                "Name": [
                    (
                        "The field Name must be a string with a minimum length of 2 and a maximum"
                        " length of 5."
                    )
                ]
            },
            "traceId": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        },
    ),
    "aspnet-range": Refusal(
        is_few,
        {
            "title": "One or more validation errors occurred.",
            "status": 400,
            "errors": {"$.count": ["The field Count must be between 1 and 10."]},
        },
    ),
    "aspnet-required": Refusal(
        has_note,
        {"title": "One or more ...", "errors": {"Note": ["The Note field is required."]}},
    ),
    "rails": Refusal(is_short, {"errors": {"name": [SHORT]}}),
    "rails-bare": Refusal(is_short, {"name": [SHORT]}),
    "rails-sentences": Refusal(is_short, {"errors": [f"Name {SHORT}"]}),
    "rails-params": Refusal(
        has_note, {"status": 400, "error": "param is missing or the value is empty: note"}
    ),
    "django": Refusal(is_short, {"name": ["Ensure this field has no more than 5 characters."]}),
    "marshmallow": Refusal(
        is_a,
        {
            "code": 422,
            "errors": {"json": {"kind": ["Must be one of: a, b."]}},
            "status": "Unprocessable Entity",
        },
    ),
    "laravel": Refusal(
        is_short,
        {
            "message": "The name field must not be greater than 5 characters.",
            "errors": {"name": ["The name field must not be greater than 5 characters."]},
        },
    ),
    "symfony": Refusal(
        is_short,
        {
            "@type": "ConstraintViolationList",
            "violations": [
                {
                    "propertyPath": "name",
                    "message": "This value is too long. It should have 5 characters or less.",
                }
            ],
        },
    ),
    "nestjs": Refusal(
        is_a,
        {
            "message": ["kind must be one of the following values: a, b"],
            "error": "Bad Request",
            "statusCode": 400,
        },
    ),
    "express-validator": Refusal(
        is_a,
        {
            "errors": [
                {"type": "field", "value": "x", "msg": ONE_OF, "path": "kind", "location": "body"}
            ]
        },
    ),
    "fastify": Refusal(
        is_few,
        {
            "statusCode": 400,
            "code": "FST_ERR_VALIDATION",
            "error": "Bad Request",
            "message": "body/count must be <= 10",
        },
    ),
    "fastify-missing": Refusal(
        has_note, {"statusCode": 400, "message": "body must have required property 'note'"}
    ),
    "joi": Refusal(
        is_a,
        {
            "statusCode": 400,
            "error": "Bad Request",
            "message": '"kind" must be one of [a, b]',
            "validation": {"source": "payload", "keys": ["kind"]},
        },
    ),
    "zod": Refusal(
        is_a,
        {
            "success": False,
            "error": {
                "name": "ZodError",
                "issues": [
                    {
                        "code": "invalid_enum_value",
                        "options": ["a", "b"],
                        "path": ["kind"],
                        "message": "Invalid enum value",
                    }
                ],
            },
        },
    ),
    "loopback": Refusal(
        is_a,
        {
            "error": {
                "statusCode": 422,
                "name": "UnprocessableEntityError",
                "message": "The request body is invalid. See error object `details` property.",
                "code": "VALIDATION_FAILED",
                "details": [
                    {
                        "path": "/kind",
                        "code": "enum",
                        "message": "must be equal to one of the allowed values",
                        "info": {"allowedValues": ["a", "b"]},
                    }
                ],
            }
        },
    ),
    "mongoose": Refusal(
        is_a,
        {
            "errors": {
                "kind": {
                    "name": "ValidatorError",
                    "message": "`x` is not a valid enum value for path `kind`.",
                    "properties": {"enumValues": ["a", "b"]},
                    "path": "kind",
                }
            },
            "_message": "Thing validation failed",
            "name": "ValidationError",
            "message": "Thing validation failed",
        },
    ),
    "gin": Refusal(
        has_note,
        {
            "error": "Key: 'Thing.Note' Error:Field validation for 'Note' failed on the"
            " 'required' tag"
        },
    ),
    "pocketbase": Refusal(
        is_short,
        {
            "status": 400,
            "message": "Failed to create record.",
            "data": {
                "name": {
                    "code": "validation_max_text_constraint",
                    "message": "Must be no more than 5 character(s).",
                }
            },
        },
    ),
    "json-api": Refusal(
        is_a,
        {
            "errors": [
                {"status": "422", "source": {"pointer": "/data/attributes/kind"}, "detail": ONE_OF}
            ]
        },
    ),
    "google": Refusal(
        is_a,
        {
            "error": {
                "code": 400,
                "message": "Invalid.",
                "status": "INVALID_ARGUMENT",
                "details": [
                    {"fieldViolations": [{"field": "kind", "description": "must be one of [a, b]"}]}
                ],
            }
        },
    ),
    "nested": Refusal(
        lambda body: bool(body["address"]["city"] == "a"), {"errors": {"address.city": [ONE_OF]}}
    ),
    "several": Refusal(
        lambda body: is_a(body) and is_short(body), {"errors": {"kind": [ONE_OF], "name": [SHORT]}}
    ),
}

TEXT = {"type": "string"}
SCHEMA = {
    "type": "object",
    "required": ["kind", "name", "count", "address"],
    "properties": {
        "kind": {"type": "string", "minLength": 3},
        "name": TEXT,
        "count": {"type": "integer", "minimum": 20, "maximum": 90},
        "note": TEXT,
        "address": {"type": "object", "required": ["city"], "properties": {"city": TEXT}},
    },
}
NEVER = Refusal(lambda _: False, {"errors": {"kind": [ONE_OF], "userId": ["must be a number"]}})
TURNS = "one-after-the-other"


def document(folder: Path) -> Path:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    post = {
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "d"}},
    }
    paths = {f"/{name}": {"post": post} for name in [*REFUSALS, TURNS, "never"]}
    path = folder / "openapi.json"
    path.write_text(json.dumps(openapi(paths, components={"schemas": {"Thing": SCHEMA}})))
    return path


def test_the_values_that_refusals_ask_for_are_sent_and_proposed(
    compiled: Compiled, tmp_path: Path
) -> None:
    received: dict[str, int] = {}

    def answer(request: Received) -> Answer:
        name, body = request.path.strip("/"), request.json()
        if name == "health":
            return 200, {"status": "healthy"}, {}
        received[name] = received.get(name, 0) + 1
        if name == TURNS:
            wrong = [] if is_a(body) else ["kind"]
            wrong = wrong or ([] if is_few(body) else ["count"])
            message = {"kind": ONE_OF, "count": "must be less than or equal to 10"}
            return (422, {"errors": {key: [message[key]] for key in wrong}}, {}) if wrong else OK
        refusal = REFUSALS.get(name, NEVER)
        return OK if refusal.fits(body) else (422, refusal.content, {})

    with serving_json(answer) as url:
        run = compiled(document(tmp_path)).against(url).run(SCRIPT)
    tables = {table["title"]: table["rows"] for table in run.summary["tables"]}
    lines = [row[0] for row in tables["Proposed overrides"]]
    learned = dict(json.loads(f"{{{line}}}").popitem() for line in lines)
    assert learned.keys() == {f"POST /{name}" for name in [*REFUSALS, TURNS]}
    assert learned["POST /nested"] == {"values": {"body.address.city": "a"}}
    assert learned["POST /several"]["values"].keys() == {"body.kind", "body.name"}
    assert learned["POST /aspnet-range"] == {"values": {"body.count": 1}}
    # Once: what was learned is kept, and what cannot be learned is not tried for ever.
    errors = {row["name"]: row["errors"] for row in run.summary["endpoints"]}
    assert all(errors[f"POST /{name}"] == 1 for name in REFUSALS)
    assert errors[f"POST /{TURNS}"] == 2
    assert received["never"] <= 2 + received["fastapi"]


OK: Answer = (200, {}, {})


def test_a_proposal_is_a_valid_override(compiled: Compiled, tmp_path: Path) -> None:
    own = {"operations": {"POST /nested": {"values": {"body.address.city": "a"}}}}
    cities = []

    def answer(request: Received) -> Answer:
        if request.path == "/nested":
            cities.append(request.json()["address"]["city"])
        return 200, {"status": "healthy"}, {}

    with serving_json(answer) as url:
        compiled(document(tmp_path), own).against(url, OPENAPI_INCLUDE="POST /nested").run(SCRIPT)
    assert set(cities) == {"a"}
