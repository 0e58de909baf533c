"""Generators of oneOf and anyOf."""

from __future__ import annotations

from collections.abc import Sequence

from openapi_table.document import Schema
from openapi_table.schemas.views import Flat, merge
from openapi_table.texts import shown

from .context import Context
from .discriminators import name_of, pinned
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
        try:
            node = _alternative(context, base, part, view, schema, name, files=files)
            made.append(context.trials.checked(node, schema) if doubtful else node)
        except Unfillable as reason:
            reasons.append(reason)
            missed.append(name_of(part))
    if made and "discriminator" in view:
        _note_missed(context, view, word, [name for name in missed if name])
    if doubtful:
        context.settle(doubts)  # each alternative was checked
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
        what = f"alternatives of {word} that are never sent: {', '.join(names)}"
        context.schemas.document.note(_place(view), shown(what))


def _place(view: Flat) -> str:
    return str(view.get("refs", ["#"])[0])
