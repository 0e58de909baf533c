"""Builds the generators of a document, each schema once.

The order of sources: a valid example, const, default, enum, format, pattern, type with its bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openapi_table.document import Schema
from openapi_table.schemas.checker import Checker
from openapi_table.schemas.views import Flat, Schemas, main_type
from openapi_table.texts import printable

from .alternatives import alternatives, children, plain_reference
from .containers import array, object_of
from .context import Binder, Context
from .examples import completed, documented, from_enum, from_example, parsed
from .nodes import (
    EXAMPLES,
    PICKS,
    Node,
    Unfillable,
    bound,
    choice,
    constants,
    exact,
    too_large,
)
from .numeric import integer, number
from .sampling import RULES
from .strings import file_node, is_file, string

_CIRCLES = 500  # references back to a schema's beginning that are tried for one body
_FEW = 200  # integers that are tried one by one
_LONGEST_NAME = 80  # characters of a shared generator's name


class Builder(Context):
    """Builds the generators of one document; the shared ones gather in `shared`."""

    def __init__(self, schemas: Schemas, checker: Checker, binder: Binder) -> None:
        """Take the schemas, the checker, and what names the slot of a property."""
        super().__init__(schemas, checker, binder)
        self._names: dict[str, str] = {}  # reference -> shared name
        self._failed: dict[str, Unfillable] = {}
        self._open: list[str] = []  # references being built
        self._open_views: set[int] = set()
        self._made: dict[tuple[int, str, bool], Node] = {}
        self._circles = 0

    def node(
        self, schema: Schema, name: str = "", examples: Sequence[Any] = (), *, files: bool = False
    ) -> Node:
        """Return a checked generator for a parameter or a body.

        name: of the parameter. examples: documented values outside the schema. files: binary texts
        are files. Raises Unfillable.
        """
        doubts = self.doubts
        valid = self.checker.valid
        examples = [parsed(value, schema, self) for value in examples]
        self.replaced += [value for value in examples if not exact(value)]
        fitting = [value for value in examples if exact(value) and valid(value, schema)]
        if fitting and not files:
            return choice([self._example(value, schema, name) for value in fitting[:EXAMPLES]])
        self._circles = 0
        try:
            made = self.build(schema, name, files=files)
        except RecursionError:
            raise Unfillable("the schema is nested too deeply") from None
        self.trials.refuse_huge(made)
        made = self._settled(made, schema, doubts)
        own = self.schemas.flat(schema).get("example")
        return completed(self, made, schema, [*examples, parsed(own, schema, self)])

    def fits(self, made: Node, schema: Schema) -> bool:
        """Tell whether the values of a generator are valid, judging by a few."""
        return self.trials.fits(made, schema)

    def _settled(self, made: Node, schema: Schema, doubts: int) -> Node:
        """Return the generator, tried when there are more doubts than these."""
        if doubts != self.doubts:
            made = self.trials.checked(made, schema)
            self.settle(doubts)
        return made

    def _example(self, value: Any, schema: Schema, name: str) -> Node:
        """Return a generator of values like an example, or of the example alone."""
        made = from_example(self, value, schema, name)
        return made if self.trials.fits(made, schema) else {"const": value}

    # --- by reference, by schema, by view -------------------------------------------------------

    def build(self, schema: Schema, name: str, *, files: bool = False) -> Node:
        """Return the generator of a schema; built once for each schema and name."""
        reference = plain_reference(schema)
        if reference and not files:
            return self._shared(reference, name)
        view = self.schemas.flat(schema)
        key = (id(view), name, files)
        if key in self._made:
            return self._made[key]
        if id(view) in self._open_views:
            raise Unfillable("it contains itself", circular=True)
        self._open_views.add(id(view))
        doubts = self.doubts
        try:
            made = self.from_view(view, schema, name, files=files)
        finally:
            self._open_views.discard(id(view))
        if doubts == self.doubts and isinstance(schema, Mapping):
            self._made[key] = made
        return made

    def _shared(self, reference: str, name: str) -> Node:
        if reference in self._failed:
            raise self._failed[reference]
        if reference in self._open or self._circles > _CIRCLES:
            raise Unfillable("it contains itself", circular=True)
        if reference not in self._names:
            target = self.schemas.document.look_up(reference, reference)
            if target is None:
                raise Unfillable(f"unresolved reference: {reference}")
            view = self.schemas.flat({"$ref": reference})
            if main_type(view) not in {"object", "array"} and "groups" not in view:
                return self.from_view(view, target, name, files=False)
            self._add_shared(reference, view, target, name)
        return {"use": self._names[reference]}

    def _add_shared(self, reference: str, view: Flat, target: Schema, name: str) -> None:
        self._open.append(reference)
        doubts = self.doubts
        try:
            made = self.from_view(view, target, name, files=False)
            made = self._settled(made, target, doubts)
        except Unfillable as reason:
            self._circles += reason.circular
            if not reason.circular or len(self._open) == 1:
                self._failed[reference] = reason
            raise
        finally:
            self._open.pop()
        self._names[reference] = self._free_name(reference)
        self.shared[self._names[reference]] = made

    def _free_name(self, reference: str) -> str:
        last = reference.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~")
        base = printable(last)[:_LONGEST_NAME] or "schema"
        name, count = base, 1
        while name in self.shared:
            count += 1
            name = f"{base} {count}"
        return name

    def from_view(self, view: Flat, schema: Schema, name: str, *, files: bool) -> Node:
        """Return the generator of a flat view, bound to the id it refers to."""
        if "broken" in view:
            raise Unfillable(f"unresolved reference: {view['broken']}")
        if view.get("never") or view.get("types") == []:
            raise Unfillable("the schema allows no value")
        if "const" in view:
            if not exact(view["const"]):
                raise Unfillable(too_large(view["const"]))
            return {"const": view["const"]}
        slot = self.binder(name, view) if name else None
        made = self._unbound(view, schema, name, files=files)
        return bound(slot, made, view) if slot else made

    def _unbound(self, view: Flat, schema: Schema, name: str, *, files: bool) -> Node:
        kind = main_type(view)
        if kind == "string" and files and is_file(view):
            return file_node(name)
        # In an example of a form with files, their names stand for the files.
        known = None if files and kind == "object" else documented(self, view, schema, name)
        if known:
            return known
        if "enum" in view:
            return from_enum(self, view, schema)
        if "groups" in view:
            return alternatives(self, view, schema, name, files=files)
        if view.keys() & RULES:
            self.doubt()
        mapped = self._mapped(view, name) if "discriminator" in view else []
        return choice(mapped) if mapped else self._of_kind(kind, view, name, files=files)

    def _mapped(self, view: Flat, name: str) -> list[Node]:
        """Return generators of the schemas that a parent's discriminator maps to, if it is none."""
        made: list[Node] = []
        for reference in children(view):
            try:
                made.append(self.build({"$ref": reference}, name))
            except Unfillable:
                continue
        return made[:EXAMPLES]

    def _of_kind(self, kind: str, view: Flat, name: str, *, files: bool) -> Node:
        if kind == "object":
            return object_of(self, view, files=files)
        if kind == "array":
            return array(self, view, name)
        if kind == "boolean":
            return {"make": "bool"}
        if kind == "null":
            return {"const": None}
        if kind == "integer":
            return _allowed(self, integer(view, name), view)
        if kind == "number":
            return number(self, view)
        return string(self, view, name)


def _allowed(context: Context, made: Node, view: Flat) -> Node:
    """Return a generator without the few integers that `not` excludes."""
    if "not" not in view or made.get("make") != "int":
        return made
    numbers = range(made["min"], made["max"] + 1, made.get("step", 1))
    if len(numbers) > _FEW:
        return made
    allowed = [number for number in numbers if not context.checker.valid(number, view["not"])]
    return constants(allowed[:PICKS]) if allowed else made
