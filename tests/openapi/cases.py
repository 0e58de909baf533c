"""Schemas of all kinds, one difficulty each."""

from __future__ import annotations

from typing import Any

NODE: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "next": {"$ref": "#/components/schemas/Node"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
    },
}
CAT = {
    "type": "object",
    "required": ["kind", "lives"],
    "properties": {"kind": {"type": "string"}, "lives": {"type": "integer", "maximum": 9}},
}
DOG = {
    "type": "object",
    "required": ["kind", "bark"],
    "properties": {"kind": {"type": "string"}, "bark": {"enum": ["loud", "soft"]}},
}
SCHEMAS = {
    "Node": NODE,
    "Cat": CAT,
    "Dog": DOG,
    "Id": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
    "Wordy": {
        "type": "object",
        "properties": {"again": {"$ref": "#/components/schemas/Wordy", "default": "none"}},
    },
    "Base": {
        "type": "object",
        "required": ["type"],
        "discriminator": {"propertyName": "type"},
        "properties": {"type": {"type": "string"}},
    },
    "Derived": {
        "allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"properties": {"size": {"type": "integer", "minimum": 3}}, "required": ["size"]},
        ]
    },
}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


CASES: dict[str, Any] = {
    "if, then": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": ["a", "b"]}},
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"required": ["x"], "properties": {"x": {"type": "integer"}}},
        "else": {"required": ["y"], "properties": {"y": {"type": "string"}}},
    },
    "contains alone": {"type": "array", "contains": {"const": 5}, "minItems": 1},
    "contains besides items": {
        "type": "array",
        "items": {"type": "integer"},
        "contains": {"minimum": 70},
    },
    "names by pattern alone": {
        "type": "object",
        "patternProperties": {"^x-[a-z]{2}$": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 1,
    },
    "anything but texts": {"not": {"type": "string"}},
    "example that fits": {"type": "string", "maxLength": 5, "example": "abc"},
    "example that does not fit": {"type": "string", "maxLength": 5, "example": "too long to fit"},
    "example of another type": {"type": "integer", "example": "7"},
    "quoted number as default": {"type": "integer", "default": "10", "minimum": 1},
    "example breaks its pattern": {"type": "string", "pattern": "^[a-z]{3}$", "example": "ABC"},
    "examples, a list": {"type": "string", "examples": [1, "two"]},
    "default out of bounds": {"type": "integer", "default": 0, "minimum": 5},
    "enum": {"type": "string", "enum": ["a", "b"]},
    "enum with null": {"type": "string", "nullable": True, "enum": [None, "a"]},
    "enum of the wrong type": {"type": "string", "enum": [1, 2, "c"]},
    "const": {"const": {"a": [1, None]}},
    "nullable": {"type": "string", "nullable": True, "minLength": 4},
    "type array": {"type": ["integer", "null"], "minimum": 3},
    "several types": {"type": ["string", "integer"]},
    "no type, bounds": {"minimum": 3, "maximum": 4},
    "no type, items": {"items": {"type": "boolean"}, "minItems": 2},
    "no type at all": {},
    "true": True,
    "exclusive bounds, old": {
        "type": "integer",
        "minimum": 3,
        "exclusiveMinimum": True,
        "maximum": 5,
        "exclusiveMaximum": True,
    },
    "exclusive bounds, new": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.01},
    "negative": {"type": "integer", "maximum": -7},
    "multiple of 7": {"type": "integer", "multipleOf": 7, "minimum": 10, "maximum": 20},
    "multiple of 0.01": {"type": "number", "multipleOf": 0.01, "minimum": 0.05, "maximum": 1},
    "multiple of 0.3": {"type": "number", "multipleOf": 0.3, "minimum": 1, "maximum": 2},
    "int32 is huge": {"type": "integer", "format": "int32", "maximum": 2147483647},
    "length 1": {"type": "string", "minLength": 1, "maxLength": 1},
    "empty text": {"type": "string", "maxLength": 0},
    "pattern": {"type": "string", "pattern": "^[A-Z]{3}-\\d{2,4}$"},
    "pattern, loose": {"type": "string", "pattern": "[0-9]"},
    "pattern with length": {"type": "string", "pattern": "^[a-z]+$", "minLength": 30},
    "pattern with short length": {"type": "string", "pattern": "^[a-z]*$", "maxLength": 3},
    "pattern, alternatives": {"type": "string", "pattern": "^(red|green|(dark )?blue)$"},
    "pattern, look-ahead": {"type": "string", "pattern": "^(?=.*[0-9])(?=.*[a-z])[a-z0-9]{8}$"},
    "pattern, negative set": {"type": "string", "pattern": "^[^/]+$"},
    "pattern, groups repeated": {"type": "string", "pattern": "^([a-z]{2},){2}[a-z]{2}$"},
    "pattern, escapes": {"type": "string", "pattern": "^\\/v1\\/[\\w\\-.]+\\/\\{x\\}$"},
    "pattern, unicode": {"type": "string", "pattern": "^\\u0041[\\u0042-\\u0044]{2}$"},
    "pattern and format": {"type": "string", "format": "date", "pattern": "^\\d{4}-\\d\\d-01$"},
    "date-time": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "duration": {"type": "string", "format": "duration"},
    "uuid": {"type": "string", "format": "uuid"},
    "email": {"type": "string", "format": "email", "maxLength": 20},
    "uri": {"type": "string", "format": "uri", "minLength": 40},
    "hostname": {"type": "string", "format": "hostname"},
    "ipv4": {"type": "string", "format": "ipv4"},
    "ipv6": {"type": "string", "format": "ipv6"},
    "byte": {"type": "string", "format": "byte", "minLength": 10, "maxLength": 20},
    "unknown format": {"type": "string", "format": "shoe-size"},
    "array": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
    "array without items": {"type": "array"},
    "unique array": {
        "type": "array",
        "items": {"enum": ["a", "b"]},
        "minItems": 2,
        "uniqueItems": True,
    },
    "tuple": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
    "contains": {"type": "array", "items": {"enum": [1, 2]}, "contains": {"const": 2}},
    "nested": {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {
                "type": "object",
                "required": ["b"],
                "properties": {"b": {"type": "array", "minItems": 1, "items": ref("Id")}},
            }
        },
    },
    "closed": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string"}},
        "additionalProperties": False,
    },
    "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2},
    "map with named keys": {
        "type": "object",
        "propertyNames": {"pattern": "^x-[a-z]{3}$"},
        "additionalProperties": {"type": "string"},
        "minProperties": 1,
    },
    "required but not described": {"type": "object", "required": ["a"]},
    "some of the optional": {
        "type": "object",
        "minProperties": 2,
        "maxProperties": 2,
        "properties": {name: {"type": "string"} for name in "abcd"},
    },
    "dependent": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "dependentRequired": {"a": ["b"]},
    },
    "read-only": {
        "type": "object",
        "required": ["id", "a"],
        "properties": {"id": {"type": "integer", "readOnly": True}, "a": {"type": "string"}},
        "additionalProperties": False,
    },
    "read-only, but required elsewhere": {
        "allOf": [
            {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}}},
            {"type": "object", "required": ["id"]},
        ]
    },
    "allOf": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"properties": {"a": {"maxLength": 3}, "b": {"type": "integer"}}, "required": ["b"]},
        ]
    },
    "allOf narrows": {"allOf": [{"type": "number", "minimum": 2}, {"type": "integer"}]},
    "oneOf": {"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 2}]},
    "oneOf that overlaps": {
        "oneOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}},
            {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]},
        ]
    },
    "oneOf of numbers that overlap a little": {
        "type": "array",
        "items": {"oneOf": [{"type": "integer"}, {"type": "integer", "maximum": 3}]},
        "minItems": 50,
    },
    "allOf of which one part allows no other properties": {
        "allOf": [
            {
                "type": "object",
                "properties": {"a": {"type": "integer"}},
                "additionalProperties": False,
            },
            {"type": "object", "properties": {"b": {"type": "boolean"}}},
        ]
    },
    "anyOf with an object that cannot be": {
        "type": "array",
        "items": {
            "anyOf": [
                {"type": "integer"},
                {"type": "object", "maxProperties": 1, "required": ["a", "b"]},
                {"type": "object", "minProperties": 1, "additionalProperties": False},
            ]
        },
        "minItems": 50,
    },
    "oneOf beside properties": {
        "type": "object",
        "required": ["x"],
        "properties": {"x": {"type": "string"}, "a": {"type": "string"}, "b": {"type": "string"}},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "anyOf with null": {"anyOf": [{"type": "string", "minLength": 3}, {"type": "null"}]},
    "discriminator": {
        "oneOf": [ref("Cat"), ref("Dog")],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"tom": "#/components/schemas/Cat"},
        },
    },
    "discriminator by inheritance": ref("Derived"),
    "not": {"type": "integer", "minimum": 1, "maximum": 3, "not": {"const": 2}},
    "if then": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "boolean"}, "b": {"type": "string"}},
        "if": {"properties": {"a": {"const": True}}},
        "then": {"required": ["b"]},
    },
    "circular": ref("Node"),
    "circular, with words beside the reference": {
        "type": "object",
        "properties": {"a": {**ref("Wordy"), "default": {}, "description": "d"}},
    },
    "circular array": {"type": "array", "items": ref("Node"), "minItems": 1},
    "reference to a scalar": ref("Id"),
    "reference in a nullable wrapper": {"allOf": [ref("Id")], "nullable": True},
    "object example": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "name": {"type": "string"}},
        "example": {"a": 3, "name": "Lamp"},
    },
    "object example that does not fit": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "integer"}},
        "example": {"a": "three"},
    },
    "thousands": {"type": "integer", "multipleOf": 1000},
    "thousands below": {"type": "integer", "multipleOf": 1000, "maximum": 500},
    "thousands below zero": {"type": "integer", "multipleOf": 1000, "maximum": -1},
    "three hundreds": {"type": "integer", "multipleOf": 300, "minimum": 100},
    "a wide range": {"type": "integer", "multipleOf": 5000, "minimum": 0, "maximum": 10_000_000},
    "quarters of thousands": {"type": "number", "multipleOf": 250},
    "whole ones and a half": {"type": "integer", "multipleOf": 1.5},
    "a narrow range": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.0005},
    "narrow on both sides": {"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 1.001},
    "small steps": {"type": "number", "multipleOf": 1e-7, "minimum": 0.1, "maximum": 0.5},
    "stray keys": {"type": "string", "required": True, "enum": None, "minLength": None},
    "wrong case": {"type": "String", "maxLength": 4},
    "int32 without bounds": {"type": "integer", "format": "int32"},
    "bounds of both kinds": {"type": "integer", "minimum": 2, "exclusiveMinimum": 4, "maximum": 5},
    "numbers, as an enum of both": {"enum": [1, 2.5, 3]},
    "pattern, all but one letter": {"type": "string", "pattern": "^[^a]b{2,3}[^0-9]?$"},
    "pattern, repeated and long": {"type": "string", "pattern": "^(ab|cd)+$", "minLength": 9},
    "pattern, two repeats": {"type": "string", "pattern": "^a{2,9}-b{3,9}$", "minLength": 12},
    "pattern, lazy": {"type": "string", "pattern": "^a+?b*?$", "maxLength": 4},
    "pattern, categories": {"type": "string", "pattern": "^\\D\\W\\S\\d\\w\\s$"},
    "several groups": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": {"type": "string"}},
        "oneOf": [{"required": ["b"]}, {"required": ["c"]}],
        "anyOf": [{"properties": {"a": {"minimum": 3}}}, {"properties": {"a": {"maximum": 1}}}],
    },
    "oneOf, each with words beside": {
        "type": "object",
        "properties": {"k": {"type": "string"}},
        "oneOf": [
            {"title": "A", "properties": {"k": {"enum": ["a"]}}, "required": ["k"]},
            {
                "title": "B",
                "properties": {"k": {"enum": ["b"]}, "n": {"type": "integer"}},
                "required": ["k", "n"],
            },
        ],
    },
    "anyOf of lists": {
        "anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]
    },
    "dependent schemas": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
        "dependentSchemas": {"a": {"required": ["b"]}},
    },
    "map with many keys": {
        "type": "object",
        "additionalProperties": {"type": "boolean"},
        "minProperties": 4,
        "maxProperties": 6,
    },
    "map with at most one key": {
        "type": "object",
        "additionalProperties": {"type": "boolean"},
        "maxProperties": 1,
    },
    "properties and a map": {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "additionalProperties": {"type": "integer"},
        "minProperties": 3,
    },
    "unique integers": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": 3},
        "minItems": 3,
        "uniqueItems": True,
    },
    "unique and unlimited": {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True},
    "example with a part that is wrong": {
        "type": "object",
        "required": ["a", "b"],
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": {"type": "boolean"}},
        "example": {"a": 3, "b": 4, "c": True, "d": 1},
    },
    "example of each property": {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"type": "array", "items": {"type": "integer"}, "example": [1, 2]},
            "b": {"type": "string", "example": "2024-01-01", "format": "date"},
            "c": {"type": "number", "example": "1.5"},
            "d": {"type": "boolean", "example": "true"},
            "name": {"type": "string", "example": "Tom", "maxLength": 8},
            "email": {"type": "string", "example": "tom@example.com"},
            "url": {"type": "string", "x-example": "https://example.com"},
        },
    },
    "names that say something": {
        "type": "object",
        "properties": {
            key: {"type": "string"}
            for key in "email phone url username password zip_code currency language slug date"
            " startTime ip hostname color latitude first_name country uuid".split()
        },
    },
    "numbers whose names say something": {
        "type": "object",
        "properties": {
            key: {"type": "integer"}
            for key in "age year port quantity price page limit offset timestamp latitude".split()
        },
    },
    "formats with bounds": {
        "type": "object",
        "required": list("abcdef"),
        "properties": {
            "a": {"type": "string", "format": "hostname", "minLength": 20, "maxLength": 22},
            "b": {"type": "string", "format": "email", "minLength": 50},
            "c": {"type": "string", "format": "byte", "minLength": 9, "maxLength": 13},
            "d": {"type": "string", "format": "password", "minLength": 6},
            "e": {"type": "string", "format": "int64"},
            "f": {"type": "string", "format": "semver"},
        },
    },
    "allOf of enums and read-only parts": {
        "allOf": [
            {"properties": {"a": {"enum": ["x", "y"]}, "b": {"type": "string", "readOnly": True}}},
            {
                "properties": {"a": {"enum": ["y", "z"]}, "b": {"maxLength": 2}},
                "required": ["a", "b"],
            },
            {"properties": {"c": {"minimum": 1, "maximum": 9}}, "required": ["c"]},
            {"properties": {"c": {"type": "integer", "minimum": 5, "maximum": 20}}},
        ]
    },
    "not of several": {"type": "integer", "minimum": 1, "maximum": 4, "not": {"enum": [1, 4]}},
    "not with properties": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "not": {"required": ["a", "b"]},
    },
    "example of a list of named things": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "size": {"type": "integer"}},
        },
        "example": [{"name": "Tom Jones", "size": 1}, {"name": "Ann Smith", "size": 2}],
    },
    "example of one of several": {
        "type": "object",
        "properties": {"k": {"type": "string"}},
        "anyOf": [
            {"properties": {"name": {"type": "integer"}}, "required": ["name"]},
            {"properties": {"name": {"type": "string"}}, "required": ["name"]},
        ],
        "example": {"k": "v", "name": "Tom Jones", "more": [1]},
    },
    "example with what is read-only and wrong": {
        "type": "object",
        "required": ["name", "id"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string", "maxLength": 20},
            "email": {"type": "string"},
            "code": {"type": "string", "maxLength": 4},
            "n": {"type": "integer"},
        },
        "example": {
            "id": 7,
            "name": "Tom Jones",
            "email": "tom@example.com",
            "code": "A1",
            "n": "x",
        },
    },
    "example in a text": {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "example": '{"a": 5}',
    },
    "nothing but null": {"type": "null"},
}
