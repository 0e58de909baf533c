"""Discriminators: the property whose value names one of several schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from openapi_table.document import BUNDLE_KEY, Schema
from openapi_table.schemas.views import Flat, Schemas

_WRAPPING = frozenset("$ref allOf description summary title nullable deprecated x-nullable".split())


def pinned(schemas: Schemas, discriminator: Any, view: Flat) -> tuple[str, str] | None:
    """Return the property that selects a schema and the value for it, None when there is none.

    discriminator: the object, or the property's name (Swagger 2). view: of the selected schema.
    """
    name, own = _property(schemas, discriminator, view)
    if name is None or "const" in own or len(own.get("enum", [])) == 1:
        return None
    value = _mapped(discriminator, view["refs"][0])
    if own.get("enum") and value not in own["enum"]:
        return None
    return name, value


def own_value(schemas: Schemas, view: Flat) -> dict[str, str]:
    """Return the value of an object's own discriminator, by property; {} when it is open."""
    discriminator = view.get("discriminator")
    name, own = _property(schemas, discriminator, view)
    if name is None or own.keys() & {"enum", "const"}:
        return {}
    return {name: _mapped(discriminator, view["refs"][0])}


def children(view: Flat) -> list[str]:
    """Return the references that a parent's discriminator maps to; none if it is one of them.

    >>> children({"refs": ["#/A"], "discriminator": {"propertyName": "t", "mapping": {"b": "#/B"}}})
    ['#/B']
    """
    discriminator = view["discriminator"]
    mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
    own = view.get("refs", [])
    if not isinstance(mapping, Mapping) or not own:
        return []
    targets = [target for target in mapping.values() if isinstance(target, str)]
    names = {decoded(target.rsplit("/", 1)[-1]) for target in targets}
    if decoded(own[0].rsplit("/", 1)[-1]) in names:
        return []
    return [target for target in dict.fromkeys(targets) if target.startswith("#/")]


def _property(schemas: Schemas, discriminator: Any, view: Flat) -> tuple[str | None, Flat]:
    """Return the name of the discriminating property and the view of its schema."""
    name = discriminator
    if isinstance(discriminator, Mapping):
        name = discriminator.get("propertyName")
    if not isinstance(name, str) or not view.get("refs"):
        return None, {}
    return name, schemas.flat(view.get("properties", {}).get(name, {}))


def _mapped(discriminator: Any, reference: str) -> str:
    """Return the value that stands for a schema: by the mapping, else the schema's name."""
    mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
    wanted, name = decoded(reference), decoded(reference.rsplit("/", 1)[-1])
    if reference.startswith(f"#/{BUNDLE_KEY}/") and reference.count("/") == 2:
        name = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]  # the file is the schema
    for value, target in mapping.items() if isinstance(mapping, Mapping) else ():
        if isinstance(target, str) and decoded(target) in {wanted, name}:
            return str(value)
    return name


def plain_reference(schema: Schema) -> str:
    """Return the reference of a schema that adds nothing but a description to it, else "".

    >>> plain_reference({"allOf": [{"$ref": "#/components/schemas/Pet"}], "nullable": True})
    '#/components/schemas/Pet'
    """
    if not isinstance(schema, Mapping) or not schema.keys() <= _WRAPPING:
        return ""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return reference if "allOf" not in schema else ""
    parts = schema.get("allOf")
    return plain_reference(parts[0]) if isinstance(parts, list) and len(parts) == 1 else ""


def name_of(schema: Schema) -> str:
    """Return the name of a schema, which only one by reference has."""
    reference = plain_reference(schema)
    return decoded(reference.rsplit("/", 1)[-1]) if reference else ""


def decoded(reference: str) -> str:
    """Return a reference without percent-encoding and JSON pointer escapes."""
    return unquote(reference).replace("~1", "/").replace("~0", "~")
