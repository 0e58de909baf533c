"""Generators of oneOf and anyOf, and the discriminators that choose between schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from openapi_table.document import BUNDLE_KEY, Schema
from openapi_table.schemas.views import Flat, Schemas, merge
from openapi_table.texts import shown

from .context import Context
from .nodes import EXAMPLES, Node, Unfillable, choice

# Keys that do not change which values are valid.
_ANNOTATIONS = frozenset(
    "title description example examples default discriminator deprecated externalDocs xml refs"
    " nullable readOnly writeOnly summary $schema $id maybe_null x-example".split()
)


def alternatives(context: Context, view: Flat, schema: Schema, name: str, *, files: bool) -> Node:
    """Return a generator that chooses an alternative. Raises Unfillable when none can be filled."""
    word, parts = view["groups"][0]
    base = {key: value for key, value in view.items() if key not in {"groups", "refs"}}
    if view["groups"][1:]:
        base["groups"] = view["groups"][1:]
    several = sum(context.schemas.flat(part).get("types") != ["null"] for part in parts) > 1
    doubtful = bool(base.keys() - _ANNOTATIONS) or (several and word == "oneOf")
    doubts = context.doubts
    made: list[Node] = []
    reasons: list[Unfillable] = []
    missed: list[str] = []
    for index, part in enumerate(parts):
        if len(made) == EXAMPLES:
            missed += map(name_of, parts[index:])
            break
        before = context.doubts
        try:
            node = _alternative(context, base, part, view, schema, name, files=files)
            # At once: among other alternatives, the values of this one are seldom tried.
            is_safe = not doubtful and context.doubts == before
            made.append(node if is_safe else context.trials.checked(node, schema, often=True))
        except Unfillable as reason:
            reasons.append(reason)
            missed.append(name_of(part))
    if made and "discriminator" in view:
        _note_missed(context, view, word, [name for name in missed if name])
    context.settle(doubts)  # each doubtful alternative was checked
    if made:
        return choice(sorted(made, key=context.trials.size))
    circular = any(reason.circular for reason in reasons)
    if word == "oneOf" and not circular and id(parts) not in context.checker.overlapping:
        # Each value valid for one alternative is valid for another too, and could never be sent.
        context.checker.overlapping.add(id(parts))
        what = f"values match several alternatives of oneOf {shown(name)}".rstrip()
        context.schemas.document.note(_place(view), f"{what}; sent anyway")
        return alternatives(context, view, schema, name, files=files)
    raise Unfillable(
        f"no alternative of {word} can be generated: {reasons[0] if reasons else 'none'}",
        circular=circular,
    )


def _alternative(
    context: Context,
    base: Flat,
    alternative: Schema,
    view: Flat,
    schema: Schema,
    name: str,
    *,
    files: bool,
) -> Node:
    inner = context.schemas.flat(alternative)
    if inner.get("types") == ["null"]:
        raise Unfillable("it allows only null")
    plain = not (base.keys() - _ANNOTATIONS)
    selected = pinned(context.schemas, view.get("discriminator"), inner)
    if plain and not selected:
        return context.build(alternative, name, files=files)
    joined = merge(base, inner)
    joined.pop("discriminator", None)
    if selected:
        properties = joined.get("properties", {})
        joined["properties"] = {**properties, selected[0]: {"const": selected[1]}}
        joined["needed"] = [*joined.get("needed", []), selected[0]]
    return context.from_view(joined, alternative if plain else schema, name, files=files)


def _note_missed(context: Context, view: Flat, word: str, names: Sequence[str]) -> None:
    if names:
        what = f"alternatives of {word} that are never sent: {' and '.join(names)}"
        context.schemas.document.note(_place(view), shown(what))


def _place(view: Flat) -> str:
    return str(view.get("refs", ["#"])[0])


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
