"""Turns schemas into generators: small data nodes from which k6 makes values.

The order of sources: a documented example that fits its schema; default, const, enum; format;
pattern; type with its bounds. What cannot be filled raises Unfillable with the reason.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import unquote

from . import formats, patterns
from .checker import Checker, is_multiple, same
from .document import Schema, kind_of
from .files import HOME
from .operations import placeholder
from .sampling import Node, Sampler
from .schemas import Flat, Schemas, is_number, main_type, merge

Binder = Callable[[str, Flat], "str | None"]

_SAFE = 2**53 - 1
_EXAMPLES = 4  # so many examples of a body are kept
_PICKS = 20  # so many values of an enum
_OPTIONAL_SIZE = 40  # an optional property with more nodes than that is left out
_OBJECT_SIZE = 150  # optional properties are taken up to so many nodes in an object
_LARGEST = 20_000  # parts of the smallest value: lists in lists multiply
_SAMPLES = 4
_CIRCLES = 500  # ways that lead back to themselves, tried for one body
_PLAINEST: tuple[Any, ...] = (1, True, "text", [], {}, None)  # where all else fails
_MANY = 24  # where a rule concerns only some values
_TRIES, _FEW_TRIES = 120, 20

# Free texts whose name says what a server expects.
_NAME_FORMATS = (
    (re.compile(r"e?mail(_?address)?$", re.IGNORECASE), "email"),
    (re.compile(r"(^|_|[a-z](?=U))(url|uri|website|homepage|href)$|Ur[li]$", re.IGNORECASE), "uri"),
    (re.compile(r"(^|_)(uuid|guid)$", re.IGNORECASE), "uuid"),
    (re.compile(r"^(phone|mobile|tel)(_?number)?$|Phone(Number)?$", re.IGNORECASE), "phone"),
    (re.compile(r"^(currency|currency_?code)$", re.IGNORECASE), "currency"),
    (re.compile(r"^(language|lang|locale)$", re.IGNORECASE), "language"),
    (re.compile(r"^(country|country_?code)$", re.IGNORECASE), "country-code"),
    (re.compile(r"(_at|_on|[a-z]At|[a-z]On|timestamp|datetime)$"), "date-time"),
    (re.compile(r"(^|_)date$|[a-z]Date$"), "date"),
)
# Values of these are often unique in a service: a second create with the same one would be refused.
_UNIQUE = re.compile(
    r"(^|_|\b)(user_?name|login|e?mail(_?address)?|name|slug|title|code|sku|handle|nick_?name|key|identifier|label)$"
    r"|(userName|Email|Name|Slug|Title|Code|Sku|Key)$",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(.+_ids?|.+I[Dd]s?|.+_uuids?)$")
_UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
# Looking around or back: a match may then take for ever, and k6 would have to try.
_LOOKING = re.compile(r"\(\?(?!:)|\\[1-9k]")
_SIZES = re.compile(
    r"(limit|(page_?|per_?)?size|per_?page|count|take|top|max_?results)$", re.IGNORECASE
)
_PAGES = {
    "page": 1,
    "page_number": 1,
    "pagenumber": 1,
    "offset": 0,
    "skip": 0,
    "start": 0,
    "from": 0,
}


class Unfillable(Exception):
    """No value can be made for a schema. circular: only because it contains itself."""

    def __init__(self, reason: str, *, circular: bool = False) -> None:
        """Take the reason, which becomes the operation's skip reason."""
        super().__init__(reason)
        self.circular = circular


def size(node: Node, shared: Mapping[str, Node], known: dict[str, int]) -> int:
    """Return how many nodes a generator has, with what it uses; known: of shared ones."""
    total = 1
    if "use" in node:
        name = node["use"]
        if name not in known:
            known[name] = size(shared[name], shared, known)
        return known[name]
    for key in ("required", "optional"):
        total += sum(size(inner, shared, known) for inner in node.get(key, {}).values())
    if isinstance(node.get("items"), dict):
        total += 2 * size(node["items"], shared, known)
    inner: Any = node.get("items") if isinstance(node.get("items"), list) else node.get("of", [])
    total += sum(size(item, shared, known) for item in inner)
    return total + sum(size(node[key], shared, known) for key in ("values", "else") if key in node)


def least_size(node: Node, shared: Mapping[str, Node], known: dict[str, float]) -> float:
    """Return how many parts the smallest value of a generator has; known: of shared ones."""
    if "use" in node:
        name = node["use"]
        if name not in known:
            known[name] = 0
            known[name] = least_size(shared[name], shared, known)
        return known[name]

    def of(inner: Iterable[Node]) -> Iterator[float]:
        return (least_size(item, shared, known) for item in inner)

    if "bind" in node:
        return least_size(node["else"], shared, known)
    if node.get("make") == "one":
        return max(of(node["of"]))
    if node.get("make") == "tuple":
        return 1 + sum(of(node["items"]))
    if node.get("make") in {"array", "map"}:
        inner = node["items"] if node["make"] == "array" else node["values"]
        count = min(max(1, int(node.get("min", 0))), 10 * _LARGEST)
        return 1 + count * max(of([inner]))
    return 1 + sum(of(node.get("required", {}).values()))


def bound(slot: str, other: Node, view: Flat, *, as_text: bool = False) -> Node:
    """Return the generator of an id that an answer gives, else of what `other` makes.

    `fits` is what the document asks of the id at this place: services answer what they like, and
    what the document calls invalid is never sent. as_text: its type does not matter, as in a URL.
    """
    made: Node = {"bind": slot, "else": other}
    fits: Node = {}
    kind = main_type(view)
    if kind in {"integer", "number"} or (kind == "string" and not as_text):
        fits["type"] = kind
    expressions = [text for text in view.get("patterns", []) if _LOOKING.search(text) is None]
    if formats.known(view.get("format")) == "uuid":
        expressions.append(_UUID)
    if expressions:
        fits["patterns"] = expressions
    for key in ("minLength", "maxLength", "minimum", "maximum"):
        if is_number(view.get(key)):
            fits[key] = view[key]
    if len(view.get("enum", ())) in range(1, _PICKS + 1):
        fits["enum"] = [str(value) for value in view["enum"]]
    return {**made, "fits": fits} if fits else made


def slots_of(node: Any, shared: Mapping[str, Node], seen: set[str] | None = None) -> Iterator[str]:
    """Yield the slots that a generator binds, with those of what it uses.

    seen: the shared generators that were looked at already.
    """
    seen = set() if seen is None else seen
    if isinstance(node, dict):
        if isinstance(node.get("bind"), str) and "else" in node:
            yield node["bind"]
            return
        if "const" in node or "pick" in node:
            return
        if isinstance(node.get("use"), str) and len(node) == 1:
            if node["use"] not in seen:
                seen.add(node["use"])
                yield from slots_of(shared[node["use"]], shared, seen)
            return
        for inner in node.values():
            yield from slots_of(inner, shared, seen)
    elif isinstance(node, list):
        for inner in node:
            yield from slots_of(inner, shared, seen)


class Builder:
    """Builds the generators of a document; the shared ones gather in `shared`."""

    def __init__(self, schemas: Schemas, checker: Checker, binder: Binder) -> None:
        """Take the schemas, the checker, and what names the slot of a property, if it has one."""
        self.schemas = schemas
        self.checker = checker
        self.binder = binder
        self.shared: dict[str, Node] = {}
        self._names: dict[str, str] = {}  # reference -> shared name
        self._failed: dict[str, Unfillable] = {}
        self._open: list[str] = []
        self._open_views: set[int] = set()
        self._made: dict[tuple[int, str, bool], Node] = {}
        self._doubts = 0
        self._sizes: dict[str, int] = {}  # of shared generators, as are the least ones
        self._least: dict[str, float] = {}
        self._circles = 0

    # --- entry points ---------------------------------------------------------------------------

    def node(
        self, schema: Schema, name: str = "", examples: Sequence[Any] = (), **how: bool
    ) -> Node:
        """Return a checked generator for a parameter or a body.

        name: of the parameter. examples: documented values outside the schema. `files=True`: binary
        texts are files. Raises Unfillable.
        """
        doubts = self._doubts
        files = how.get("files", False)
        fitting = [
            value for value in examples if _exact(value) and self.checker.valid(value, schema)
        ]
        if fitting and not files:
            return self._one([self._example(value, schema, name) for value in fitting[:_EXAMPLES]])
        self._circles = 0
        try:
            made = self._build(schema, name, files=files)
        except RecursionError:
            raise Unfillable("the schema is nested too deeply") from None
        self._refuse_huge(made)
        if doubts != self._doubts:
            made = self._checked(made, schema)
            self._doubts = doubts
        return made

    def _size(self, node: Node) -> int:
        return size(node, self.shared, self._sizes)

    def _refuse_huge(self, made: Node) -> None:
        if least_size(made, self.shared, self._least) > _LARGEST:
            raise Unfillable(f"its smallest value has more than {_LARGEST} parts")

    def _example(self, value: Any, schema: Schema, name: str) -> Node:
        """Return a generator of a documented value; the bare value where one like it misfits."""
        made = self._from_example(value, schema, name)
        return {"const": value} if self._misfit(made, schema, 0.5) else made

    def _build(self, schema: Schema, name: str, *, files: bool = False) -> Node:
        reference = _plain_reference(schema)
        if reference and not files:
            return self._shared(reference, name)
        view = self.schemas.flat(schema)
        key = (id(view), name, files)
        if key in self._made:
            return self._made[key]
        if id(view) in self._open_views:
            raise Unfillable("it contains itself", circular=True)
        self._open_views.add(id(view))
        doubts = self._doubts
        try:
            made = self._from_view(view, schema, name, files=files)
        finally:
            self._open_views.discard(id(view))
        if doubts == self._doubts and isinstance(schema, Mapping):
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
                raise Unfillable(f"reference to something that cannot be had: {reference}")
            view = self.schemas.flat({"$ref": reference})
            if main_type(view) not in {"object", "array"} and "groups" not in view:
                return self._from_view(view, target, name, files=False)
            self._add_shared(reference, view, target, name)
        return {"use": self._names[reference]}

    def _add_shared(self, reference: str, view: Flat, target: Schema, name: str) -> None:
        self._open.append(reference)
        doubts = self._doubts
        try:
            made = self._from_view(view, target, name, files=False)
            if doubts != self._doubts:
                made = self._checked(made, target)
                self._doubts = doubts
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
        base = "".join(char if char.isprintable() else "?" for char in last)[:80] or "schema"
        name, number = base, 1
        while name in self.shared:
            number += 1
            name = f"{base} {number}"
        return name

    # --- checking -------------------------------------------------------------------------------

    def _misfit(self, made: Node, schema: Schema, chance: float, count: int = _SAMPLES) -> bool:
        sampler = Sampler(self.shared, seed=7, chance=chance)
        return any(not self._fits(sampler.make(made), schema) for _ in range(count))

    def fits(self, made: Node, schema: Schema) -> bool:
        """Tell whether what a generator makes fits a schema, as far as some values show."""
        return not self._misfit(made, schema, 0.5)

    def _fits(self, value: Any, schema: Schema) -> bool:
        return self.checker.valid(value, schema)

    def _checked(self, made: Node, schema: Schema) -> Node:
        """Return the generator, or a narrower one, whose values fit the schema."""
        self._refuse_huge(made)  # before values are made
        count = _MANY if self.schemas.flat(schema).keys() & _RULES else _SAMPLES
        if not self._misfit(made, schema, 1, 1) and not self._misfit(made, schema, 0.5, count):
            return made
        flat = self.shared[made["use"]] if "use" in made else made
        for narrower in self._narrower(flat):
            if not self._misfit(narrower, schema, 0.5, count):
                return narrower
        fitting = self._trials(made, schema)
        fitting = fitting or [value for value in _PLAINEST if self._fits(value, schema)][:1]
        if fitting:
            return {"pick": fitting} if len(fitting) > 1 else {"const": fitting[0]}
        raise Unfillable("no value fits all rules of the schema at once")

    @staticmethod
    def _narrower(made: Node) -> Iterator[Node]:
        if made.get("make") != "object" or "optional" not in made:
            return
        base = {key: value for key, value in made.items() if key not in {"optional", "min"}}
        if len(made.get("required", {})) >= made.get("min", 0):
            yield base
        yield {**base, "required": {**made.get("required", {}), **made["optional"]}}
        for name, inner in made["optional"].items():
            yield {**base, "required": {**made.get("required", {}), name: inner}}

    def _trials(self, made: Node, schema: Schema) -> list[Any]:
        """Return a few different values that fit, found by trying."""
        if any(True for _ in slots_of(made, self.shared)) or self._size(made) > _OBJECT_SIZE:
            return []
        sampler = Sampler(self.shared, seed=11)
        found: dict[str, Any] = {}
        for _ in range(_TRIES if "parts" in made or self._size(made) < 9 else _FEW_TRIES):
            value = sampler.make(made)
            if self._fits(value, schema):
                found[json.dumps(value, sort_keys=True)] = value
            if len(found) == 8:
                break
        return list(found.values())

    # --- sources of values ----------------------------------------------------------------------

    def _from_view(self, view: Flat, schema: Schema, name: str, *, files: bool) -> Node:
        if "broken" in view:
            raise Unfillable(f"reference to something that cannot be had: {view['broken']}")
        if view.get("never") or view.get("types") == []:
            raise Unfillable("the schema allows no value")
        if "const" in view:
            if not _exact(view["const"]):
                raise Unfillable(f"JavaScript cannot hold the number {view['const']}")
            return {"const": view["const"]}
        slot = self.binder(name, view) if name else None
        made = self._unbound(view, schema, name, files=files)
        return bound(slot, made, view) if slot else made

    def _unbound(self, view: Flat, schema: Schema, name: str, *, files: bool) -> Node:
        kind = main_type(view)
        if kind == "string" and files and _is_file(view):
            return file_node(name)
        documented = self._documented(view, schema)
        if documented:
            return self._one(
                [self._from_example(value, schema, name, bind=False) for value in documented]
            )
        if "enum" in view:
            return self._from_enum(view, schema)
        if "groups" in view:
            return self._from_groups(view, schema, name, files=files)
        self._doubt_rules(view)
        if kind == "object":
            return self._object(view, files=files)
        if kind == "array":
            return self._array(view, name)
        return self._scalar(kind, view, name)

    def _doubt_rules(self, view: Flat) -> None:
        if view.keys() & _RULES:
            self._doubts += 1

    def _documented(self, view: Flat, schema: Schema) -> list[Any]:
        """Return the documented values that fit: examples first, else the default."""
        listed = view.get("examples")
        candidates = [view["example"]] if "example" in view else []
        if isinstance(listed, list):
            candidates += listed
        elif isinstance(listed, Mapping):
            candidates += [
                item["value"]
                for item in listed.values()
                if isinstance(item, Mapping) and "value" in item
            ]
        if "x-example" in view:
            candidates.append(view["x-example"])
        fitting = [
            value
            for value in candidates
            if value is not None and _exact(value) and self.checker.valid(value, schema)
        ]
        default = view.get("default")
        if not fitting and default is not None and default not in ({}, [], "") and _exact(default):
            fitting = [default] if self.checker.valid(default, schema) else []
        if "discriminator" in view and "groups" not in view:
            return []
        return [value for value in fitting if not placeholder(value)][:_EXAMPLES]

    def _from_enum(self, view: Flat, schema: Schema) -> Node:
        # Each value is in the enum itself: looking there again takes long where it has thousands.
        rest = (
            {key: rule for key, rule in schema.items() if key != "enum"}
            if "enum" in schema
            else schema
        )
        fitting = (
            value for value in view["enum"] if _exact(value) and self.checker.valid(value, rest)
        )
        values = list(itertools.islice((value for value in fitting if value is not None), _PICKS))
        if not values and not any(value is None for value in view["enum"]):
            raise Unfillable("no value of the enum fits the rest of the schema")
        if not values:
            return self._from_null(rest)
        return {"pick": values} if len(values) > 1 else {"const": values[0]}

    def _from_null(self, rest: Schema) -> Node:
        if not self.checker.valid(None, rest):
            raise Unfillable("no value of the enum fits the rest of the schema")
        return {"const": None}

    def _from_example(self, value: Any, schema: Schema, name: str, *, bind: bool = True) -> Node:
        """Return a generator of a documented value, with unique texts varied."""
        view = self.schemas.flat(schema)
        if isinstance(value, dict):
            return self._object_example(value, view)
        if isinstance(value, list):
            items = view.get("items", True)
            nodes = [self._from_example(item, items, name) for item in value]
            constant = all("const" in node for node in nodes)
            return (
                {"const": [node["const"] for node in nodes]}
                if constant
                else {"make": "tuple", "items": nodes}
            )
        slot = self.binder(name, view) if name and bind else None
        varied = self._varied(value, view, name)
        return bound(slot, varied, view) if slot else varied

    def _object_example(self, value: dict[str, Any], view: Flat) -> Node:
        properties = view.get("properties", {})
        nodes: dict[str, Node] = {}
        for key, item in value.items():
            if key in view.get("needed", []) or not self.checker.read_only(properties.get(key)):
                nodes[key] = self._from_example(item, properties.get(key, True), key)
        if all("const" in node for node in nodes.values()):
            return {"const": {key: node["const"] for key, node in nodes.items()}}
        return {"make": "object", "required": nodes}

    def _varied(self, value: Any, view: Flat, name: str) -> Node:
        """Return the value, or for names that services want unique, one like it."""
        if view.keys() & {"enum", "const", "groups", "not"} or not name:
            return {"const": value}
        if isinstance(value, int) and not isinstance(value, bool) and name == "id":
            return self._integer(view, name)
        if not isinstance(value, str) or not _UNIQUE.search(name):
            return {"const": value}
        if "patterns" in view or formats.known(view.get("format")) not in {"", "email"}:
            return {"const": value}
        if formats.known(view.get("format")) == "email" or formats.has_format("email", value):
            return self._string({**view, "format": "email"}, name)
        low, high = int(view.get("minLength", 1)), int(view.get("maxLength", len(value) + 9))
        if high < 10 or len(value) < 2 or low > high:
            return {"const": value}
        return {
            "make": "text",
            "min": max(1, low),
            "max": min(high, max(low, len(value) + 9)),
            "like": value[:60],
            "fresh": True,
        }

    @staticmethod
    def _one(nodes: Iterable[Node]) -> Node:
        """Return a choice of the nodes; of constants a plain pool."""
        different: dict[str, Node] = {}
        for node in nodes:
            different.setdefault(json.dumps(node, sort_keys=True), node)
        listed = list(different.values())
        if len(listed) == 1:
            return listed[0]
        if all("const" in node for node in listed):
            return {"pick": [node["const"] for node in listed]}
        return {"make": "one", "of": listed}

    # --- oneOf and anyOf ------------------------------------------------------------------------

    def _from_groups(self, view: Flat, schema: Schema, name: str, *, files: bool) -> Node:
        word, alternatives = view["groups"][0]
        base = {key: value for key, value in view.items() if key not in {"groups", "refs"}}
        if view["groups"][1:]:
            base["groups"] = view["groups"][1:]
        several = sum(self.schemas.flat(part).get("types") != ["null"] for part in alternatives) > 1
        doubtful = bool(base.keys() - _ANNOTATIONS) or (several and word == "oneOf")
        doubts = self._doubts
        made: list[Node] = []
        reasons: list[Unfillable] = []
        missed: list[str] = []
        for index, alternative in enumerate(alternatives):
            if len(made) == _EXAMPLES:
                missed += map(_name_of, alternatives[index:])
                break
            try:
                node = self._alternative(base, alternative, view, schema, name, files=files)
                made.append(self._checked(node, schema) if doubtful else node)
            except Unfillable as reason:
                reasons.append(reason)
                missed.append(_name_of(alternative))
        if made and "discriminator" in view:
            self._note_missed(view, word, [name for name in missed if name])
        if doubtful:
            self._doubts = doubts  # each alternative was checked
        if made:
            return self._one(sorted(made, key=self._size))
        circular = any(reason.circular for reason in reasons)
        if word == "oneOf" and not circular and id(alternatives) not in self.checker.overlapping:
            # What fits one alternative fits another as well, and could never be sent.
            self.checker.overlapping.add(id(alternatives))
            at = view.get("refs", ["#"])[0]
            what = f"values fit several alternatives of oneOf {_shown(name)}".rstrip()
            self.schemas.document.note(at, f"{what}; sent all the same")
            return self._from_groups(view, schema, name, files=files)
        raise Unfillable(
            f"no alternative of {word} can be filled: {reasons[0] if reasons else 'none'}",
            circular=circular,
        )

    def _note_missed(self, view: Flat, word: str, names: Sequence[str]) -> None:
        if names:
            at = view.get("refs", ["#"])[0]
            what = f"alternatives of {word} that are never sent: {', '.join(names)}"
            self.schemas.document.note(at, _shown(what))

    def _alternative(
        self, base: Flat, alternative: Schema, view: Flat, schema: Schema, name: str, *, files: bool
    ) -> Node:
        inner = self.schemas.flat(alternative)
        if inner.get("types") == ["null"]:
            raise Unfillable("it is null only")
        plain = not (base.keys() - _ANNOTATIONS)
        pinned = self._pinned(view.get("discriminator"), inner)
        if plain and not pinned:
            return self._build(alternative, name, files=files)
        joined = merge(base, inner)
        joined.pop("discriminator", None)
        if pinned:
            properties = joined.get("properties", {})
            joined["properties"] = {**properties, pinned[0]: {"const": pinned[1]}}
            joined["needed"] = [*joined.get("needed", []), pinned[0]]
        return self._from_view(joined, alternative if plain else schema, name, files=files)

    def _pinned(self, discriminator: Any, inner: Flat) -> tuple[str, str] | None:
        """Return the property and the value by which a discriminator names this alternative."""
        if isinstance(discriminator, str):
            discriminator = {"propertyName": discriminator}
        if not isinstance(discriminator, Mapping) or not isinstance(
            discriminator.get("propertyName"), str
        ):
            return None
        refs = inner.get("refs", [])
        if not refs:
            return None
        own = self.schemas.flat(inner.get("properties", {}).get(discriminator["propertyName"], {}))
        if "const" in own or len(own.get("enum", [])) == 1:
            return None
        value = _mapped(discriminator.get("mapping"), refs[0])
        if own.get("enum") and value not in own["enum"]:
            return None
        return discriminator["propertyName"], value

    # --- objects and arrays ---------------------------------------------------------------------

    def _object(self, view: Flat, *, files: bool) -> Node:
        properties = view.get("properties", {})
        wanted = [key for key in view.get("needed", []) if isinstance(key, str)]
        required: dict[str, Node] = {}
        pinned = self._own_discriminator(view)
        for key in dict.fromkeys(wanted):
            required[key] = pinned.get(key) or self._required(key, properties, view, files=files)
        optional = self._optional(view, required, files=files)
        least = int(view.get("minProperties", 0))
        if least > len(required) or is_number(view.get("maxProperties")):
            self._doubts += 1
        node: Node = {"make": "object"}
        if required:
            node["required"] = required
        if optional:
            node["optional"] = optional
        if least > len(required):
            if least > len(required) + len(optional):
                return self._map(view, least)
            node["min"] = least
        elif not required and optional:
            node["min"] = 1
        if required or optional:
            return node
        extra = view.get("additionalProperties")
        has_values = isinstance(extra, Mapping) and extra and not properties
        return self._map(view, max(1, least)) if has_values else {"const": {}}

    def _required(
        self, key: str, properties: Mapping[str, Any], view: Flat, *, files: bool
    ) -> Node:
        schema = properties.get(key)
        if schema is None:
            extra = view.get("additionalProperties", True)
            if extra is False:
                raise Unfillable(f"`{_shown(key)}` is required but not allowed")
            schema = extra if isinstance(extra, Mapping) else {}
        try:
            return self._property(schema, key, files=files)
        except Unfillable as reason:
            nullable = None if self.checker.valid(None, schema) else reason
            if nullable is None:
                return {"const": None}
            raise Unfillable(f"`{_shown(key)}`: {reason}", circular=reason.circular) from None

    def _property(self, schema: Schema, key: str, *, files: bool) -> Node:
        if files:
            view = self.schemas.flat(schema)
            if _is_file(view):
                return file_node(key)
            if main_type(view) == "array" and _is_file(self.schemas.flat(view.get("items", {}))):
                return {"make": "tuple", "items": [file_node(key)]}
        return self._build(schema, key)

    def _own_discriminator(self, view: Flat) -> dict[str, Node]:
        discriminator = view.get("discriminator")
        if isinstance(discriminator, str):
            discriminator = {"propertyName": discriminator}
        refs = view.get("refs", [])
        if not isinstance(discriminator, Mapping) or not refs:
            return {}
        name = discriminator.get("propertyName")
        own = self.schemas.flat(view.get("properties", {}).get(name, {}))
        if not isinstance(name, str) or own.keys() & {"enum", "const"}:
            return {}
        return {name: {"const": _mapped(discriminator.get("mapping"), refs[0])}}

    def _optional(
        self, view: Flat, required: Mapping[str, Node], *, files: bool
    ) -> dict[str, Node]:
        """Return the optional properties worth sending: small, and no references into the dark."""
        found: dict[str, Node] = {}
        room = _OBJECT_SIZE
        most = view.get("maxProperties")
        for key, schema in view.get("properties", {}).items():
            if key in required or self.checker.read_only(schema) or not isinstance(key, str):
                continue
            if is_number(most) and len(required) + len(found) >= most:
                break
            inner = self.schemas.flat(schema)
            if inner.get("deprecated") is True:
                continue
            try:
                node = self._property(schema, key, files=files)
            except Unfillable:
                continue
            weight = self._size(node)
            dark = _REFERENCE.fullmatch(key) and not node.keys() & {"bind", "const", "pick"}
            if weight <= min(_OPTIONAL_SIZE, room) and not dark:
                found[key] = node
                room -= weight
        return found

    def _map(self, view: Flat, least: int) -> Node:
        self._doubts += 1
        extra = view.get("additionalProperties", True)
        keys = view.get("propertyNames")
        shapes = view.get("patternProperties")
        if extra is False and shapes:
            shape, extra = next(iter(shapes.items()))
            keys = {"allOf": [{"pattern": shape}, keys if isinstance(keys, Mapping) else {}]}
        values = self._build(extra if isinstance(extra, Mapping) else {"type": "string"}, "")
        node: Node = {
            "make": "map",
            "values": values,
            "min": least,
            "max": max(least, min(2, int(view.get("maxProperties", 2)))),
        }
        if isinstance(keys, Mapping):
            node["keys"] = self._build({"type": "string", **keys}, "")
        return node

    def _array(self, view: Flat, name: str) -> Node:
        first = view.get("prefixItems")
        items = view.get("items")
        first = items if isinstance(items, list) else first
        if isinstance(first, list) and first:
            self._doubts += 1
            return {"make": "tuple", "items": [self._build(item, "") for item in first]}
        if "contains" in view:
            items = view["contains"] if items is None else {"allOf": [items, view["contains"]]}
        wanted = int(view.get("minContains", 1)) if "contains" in view else 0
        least = max(int(view.get("minItems", 0)), wanted)
        most = int(min(view.get("maxItems", max(3, least)), max(3, least)))
        if most < least:
            raise Unfillable(f"minItems {least} is more than maxItems {most}")
        if least > _LARGEST:
            raise Unfillable(f"its smallest value has more than {_LARGEST} parts")
        try:
            inner = self._build(items if items is not None else {"type": "string"}, _singular(name))
        except Unfillable as reason:
            if least:
                raise Unfillable(f"its items: {reason}", circular=reason.circular) from None
            return {"const": []}
        if self._size(inner) > _OBJECT_SIZE:
            most = max(least, 1)
        node: Node = {
            "make": "array",
            "items": inner,
            **({"min": least} if least else {}),
            "max": most,
        }
        if view.get("uniqueItems") is True:
            self._doubts += 1
            node["unique"] = True
            if "const" in inner or ("pick" in inner and len(inner["pick"]) < most):
                node["max"] = max(least, len(inner.get("pick", [0])))
        return node

    # --- scalars --------------------------------------------------------------------------------

    def _scalar(self, kind: str, view: Flat, name: str) -> Node:
        if kind == "boolean":
            return {"make": "bool"}
        if kind == "null":
            return {"const": None}
        if kind == "integer":
            return self._integer(view, name)
        if kind == "number":
            return self._number(view)
        return self._string(view, name)

    def _integer(self, view: Flat, name: str) -> Node:
        # The whole multiples of 1.5 are those of 3.
        step = Fraction(str(view.get("multipleOf", 1))).numerator
        low, high = _range(view, whole=True, step=step)
        first = _PAGES.get(name.lower())
        if first is not None and low <= first <= high and step == 1:
            return {"const": first}
        if low is None or high is None:  # pragma: no cover - _range gives both
            raise Unfillable("no bounds")
        if "minimum" not in view and "exclusiveMinimum" not in view and name == "id":
            high = (
                max(high, min(_limit(view), 2**31 - 1))
                if not view.keys() & {"maximum", "exclusiveMaximum"}
                else high
            )
        if _SIZES.search(name) and low <= 10 <= high and step == 1:
            return {"make": "int", "min": max(low, 10), "max": min(high, 50)}
        low, high = -(-low // step) * step, high // step * step
        if low > high:
            raise Unfillable("no whole number lies within the bounds")
        return {"make": "int", "min": low, "max": high, **({"step": step} if step > 1 else {})}

    def _number(self, view: Flat) -> Node:
        step = view.get("multipleOf", 0)
        low, high = _range(view, whole=False, step=step)
        if low > high:
            raise Unfillable("no number lies within the bounds")
        if not step or max(abs(low), abs(high)) / step > _SAFE:
            return {"make": "number", "min": low, "max": high}
        first, last = math.ceil(low / step), math.floor(high / step)
        fitting = _multiples(step, first, last)
        if not fitting:
            raise Unfillable(f"no multiple of {step} lies within the bounds")
        spread = fitting[:: -(-len(fitting) // _PICKS)]
        self._doubts += 1
        return {"pick": spread} if len(spread) > 1 else {"const": spread[0]}

    def _string(self, view: Flat, name: str) -> Node:
        low = int(view.get("minLength", 0))
        high = int(min(view.get("maxLength", 4096), 65536))
        if low > high:
            raise Unfillable(f"minLength {low} is more than maxLength {high}")
        if view.get("patterns"):
            return self._pattern(view, low, high, name)
        named = formats.known(view.get("format"))
        if named == "" or named in {"string", "text"}:
            named = next((made for rule, made in _NAME_FORMATS if name and rule.search(name)), "")
            least, most = _format_lengths(named)
            if low > least or high < most:
                named = ""
        return self._of_format(named, low, high, name)

    def _of_format(self, named: str, low: int, high: int, name: str) -> Node:
        if named in formats.FIXED and low <= len(formats.FIXED[named]) <= high:
            return {"const": formats.FIXED[named]}
        if named in formats.MADE:
            least, most = formats.lengths(named)
            if low > most or high < least:
                raise Unfillable(f"no {named} has {low} to {high} characters")
            node: Node = {"make": "format", "format": named}
            if low > least:
                node["min"] = low
            if high < most:
                node["max"] = high
            if named in {"uri", "hostname", "email", "byte"} and (low > least or high < most):
                self._doubts += 1
            if named == "email":
                node["fresh"] = True
            return node
        least = max(low, min(8, high), 1 if high else 0)
        node = {"make": "text", "min": least, "max": max(least, min(high, 16))}
        if name and _UNIQUE.search(name):
            node["fresh"] = True
        return node

    def _pattern(self, view: Flat, low: int, high: int, name: str) -> Node:
        expressions = view["patterns"]
        text = {
            key: view[key] for key in ("minLength", "maxLength", "format", "not") if key in view
        }
        rule = {"allOf": [{**text, "pattern": expression} for expression in expressions]}
        reason = ""
        for expression in expressions:
            try:
                parts = patterns.parts_of(expression, low, high)
            except (patterns.Unsupported, RecursionError, OverflowError) as problem:
                reason = str(problem)
                continue
            made: Node = {"make": "pattern", "parts": parts}
            if not self._misfit(made, rule, 0.5, 12):
                return {**made, "fresh": True} if name and _UNIQUE.search(name) else made
            fitting = self._trials(made, rule)
            if fitting:
                return {"pick": fitting} if len(fitting) > 1 else {"const": fitting[0]}
            reason = "no match was found"
        plain = self._of_format(formats.known(view.get("format")), low, high, name)
        fitting = self._trials(plain, rule)
        if fitting:
            return {"pick": fitting}
        raise Unfillable(f"no text for the pattern {_shown(expressions[0])}: {reason}")


def _plain_reference(schema: Schema) -> str:
    """Return the reference that a schema is, but for its description; else an empty text."""
    if not isinstance(schema, Mapping) or not schema.keys() <= _WRAPPING:
        return ""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return reference if "allOf" not in schema else ""
    parts = schema.get("allOf")
    return _plain_reference(parts[0]) if isinstance(parts, list) and len(parts) == 1 else ""


# What no generator obeys by construction.
_RULES = frozenset(
    "not if contains propertyNames dependentRequired dependentSchemas patternProperties".split()
)
_WRAPPING = frozenset("$ref allOf description summary title nullable deprecated x-nullable".split())
_ANNOTATIONS = frozenset(
    "title description example examples default discriminator deprecated externalDocs xml refs"
    " nullable readOnly writeOnly summary $schema $id maybe_null x-example".split()
)


def _mapped(mapping: Any, reference: str) -> str:
    wanted, name = _decoded(reference), _decoded(reference.rsplit("/", 1)[-1])
    if reference.startswith(f"#/{HOME}/") and reference.count("/") == 2:
        name = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]  # the file is the schema
    for value, target in mapping.items() if isinstance(mapping, Mapping) else ():
        if isinstance(target, str) and _decoded(target) in {wanted, name}:
            return str(value)
    return name


def _decoded(reference: str) -> str:
    return unquote(reference).replace("~1", "/").replace("~0", "~")


def _name_of(alternative: Schema) -> str:
    """Return the name of an alternative, which only one by reference has."""
    reference = _plain_reference(alternative)
    return _decoded(reference.rsplit("/", 1)[-1]) if reference else ""


def _is_file(view: Flat) -> bool:
    if formats.known(view.get("format")) == "binary":
        return True
    return "contentMediaType" in view and "contentEncoding" not in view


def file_node(name: str, media_type: str = "text/plain") -> Node:
    """Return the generator of a small file."""
    image = re.search(
        r"image|photo|avatar|picture|logo|icon", name, re.IGNORECASE
    ) or media_type.startswith("image/")
    if image:
        return {"make": "file", "name": "upload.png", "type": "image/png", "size": 68}
    return {
        "make": "file",
        "name": "upload.txt",
        "type": media_type if "*" not in media_type else "text/plain",
        "size": 64,
    }


def _exact(value: Any) -> bool:
    """Tell whether JavaScript keeps a value as it is: larger whole numbers become others."""
    if isinstance(value, dict):
        return all(map(_exact, value.values()))
    if isinstance(value, list):
        return all(map(_exact, value))
    return not isinstance(value, int) or -_SAFE <= value <= _SAFE


def _limit(view: Flat) -> int:
    return 2**31 - 1 if view.get("format") != "int64" else _SAFE


@functools.cache
def _multiples(step: Any, first: int, last: int) -> list[int | float]:
    """Return multiples of a number, from the first to the last; never change what it returns."""
    exact = Decimal(str(step))
    counts = range(first, last + 1, max(1, (last - first) // 200))
    found = [_plain_number(count * exact) for count in counts]
    # Only numbers that are multiples in binary arithmetic too.
    return [value for value in found if is_multiple(value, step)]


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _bounds(view: Flat, *, whole: bool) -> tuple[Any, Any]:
    """Return the bounds that a schema names, as ones that a value may be on; None where open."""
    low, high = view.get("minimum"), view.get("maximum")
    strict_low, strict_high = view.get("exclusiveMinimum"), view.get("exclusiveMaximum")
    lows = [limit for limit in (low, strict_low) if limit is not None]
    highs = [limit for limit in (high, strict_high) if limit is not None]
    nudge = 0.001
    if lows and highs and max(lows) < min(highs):
        nudge = min(nudge, (min(highs) - max(lows)) / 4)
    if strict_low is not None and (low is None or strict_low >= low):
        low = math.floor(strict_low) + 1 if whole else strict_low + nudge
    if strict_high is not None and (high is None or strict_high <= high):
        high = math.ceil(strict_high) - 1 if whole else strict_high - nudge
    return low, high


def _range(view: Flat, *, whole: bool, step: Any = 0) -> tuple[Any, Any]:
    """Return bounds that a value may be on, small where the schema leaves them open.

    step: what values are multiples of; there is always room for some of them.
    """
    low, high = _bounds(view, whole=whole)
    room = 20 * step
    if low is None and step > 1 and high is not None and 0 <= high < step:
        low = 0
    elif low is None:
        low = 1 if high is None or high >= max(1, step) else high - max(99, room)
    if high is None:
        high = max(100, low + max(100, room))
    low, high = max(low, -_SAFE), min(high, _SAFE)
    if view.get("format") == "int32":
        low, high = max(low, -(2**31)), min(high, 2**31 - 1)
    # Very wide ranges make values that no service stores.
    if high - low > 1_000_000 and view.keys() & {"maximum", "exclusiveMaximum"}:
        low = max(low, 1) if high >= max(1_000, step) else low
        high = min(high, low + max(999, room))
    return (math.ceil(low), math.floor(high)) if whole else (low, high)


def _format_lengths(named: str) -> tuple[int, int]:
    if named in formats.FIXED:
        size_of = len(formats.FIXED[named])
        return size_of, size_of
    return formats.lengths(named) if named in formats.MADE else (0, 65536)


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _shown(text: str) -> str:
    line = "".join(char if char.isprintable() else "?" for char in str(text))
    return line if len(line) <= 80 else line[:77] + "..."


__all__ = ["Builder", "Unfillable", "bound", "file_node", "kind_of", "same", "size", "slots_of"]
